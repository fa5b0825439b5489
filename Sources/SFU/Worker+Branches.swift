import RTP
public import Timing
import Wire

// A room's home tells its branches on other loops of its tracks, and hears what they want.

extension Worker {
    /// Lets a room go on on another loop: its tracks are told of there, then the packets of those that
    /// are wanted there.
    ///
    /// What is told has left for the pipe when this turn ends. A branch that there is already is told
    /// everything once more, and takes no harm. `source` is as in `subscribe`: refused where there is
    /// nothing to consume.
    public mutating func openBranch(
        ofRoom name: String, on loop: Int, toWatch source: String? = nil, at now: Instant
    ) throws(SessionError) {
        schedule.now = now
        guard let room = directory.room(name), rooms[room].origin == .home,
            !consumable(in: room, from: source).isEmpty
        else { throw .nothingToConsume(room: name) }
        guard pipes.takesMessages(to: loop) else { throw .busy }
        openBranch(of: room, on: loop)
    }

    /// Tells another loop of a room and of all its tracks, under a number that is new.
    mutating func openBranch(of room: RoomHandle, on loop: Int) {
        let number = pipes.nextNumber()
        forgetBranch(of: room, on: loop)
        rooms[room].branches.append(Branch(loop: loop, number: number))
        pipes.opened[number] = room
        let opening = BranchOpening(rooms[room])
        tell(PipeFrame(.branchOpened, number).message { opening.write(to: &$0) }, to: loop)
        let branch = Branch(loop: loop, number: number)
        for producer in rooms[room].router.producers.handles {
            announce(producer, in: room, to: branch)
        }
        tell(PipeFrame(.announced, number).message(), to: loop)
    }

    /// Tells all branches of the producers a session brought.
    mutating func announce(_ producers: [ProducerHandle], in room: RoomHandle) {
        let known = rooms[room].branches
        openForObservers(room)
        for branch in known {
            for producer in producers { announce(producer, in: room, to: branch) }
            tell(PipeFrame(.announced, branch.number).message(), to: branch.loop)
        }
    }

    private mutating func announce(
        _ producer: ProducerHandle, in room: RoomHandle, to branch: Branch
    ) {
        let track = rooms[room].router.producers[producer].track
        let message = PipeFrame(.producerOpened, track.number).message { writer in
            writer.write(branch.number)
            track.write(to: &writer)
        }
        tell(message, to: branch.loop)
    }

    /// A branch wants a producer's packets from now on.
    mutating func producerWanted(_ number: UInt32, on loop: Int) {
        guard let place = pipes.produced[number],
            let branch = rooms[place.room].branches.first(where: { $0.loop == loop }),
            !rooms[place.room].router.producers[place.producer].branches.contains(branch)
        else { return }
        let (room, producer) = (place.room, place.producer)
        rooms[room].router.producers[producer].branches.append(branch)
        let track = rooms[room].router.producers[producer].track
        guard let ssrc = rooms[room].router.producers[producer].stream?.ssrc else { return }
        tell(Self.streamBegan(track, ssrc), to: loop)
        if let point = rooms[room].router.producers[producer].lastReport {
            tell(Self.senderReport(track, point), to: loop)
        }
        carryBacklog(of: producer, in: room, to: loop)
    }

    /// A branch has nobody left for a producer's packets.
    mutating func producerUnwanted(_ number: UInt32, on loop: Int) {
        guard let place = pipes.produced[number] else { return }
        rooms[place.room].router.producers[place.producer].branches.removeAll { $0.loop == loop }
    }

    /// The newest group of pictures goes ahead, so that who joins there begins as quickly as here.
    private mutating func carryBacklog(
        of producer: ProducerHandle, in room: RoomHandle, to loop: Int
    ) {
        guard let stream = rooms[room].router.producers[producer].stream,
            let group = stream.pictures, let newest = stream.newest,
            group.isFresh(at: schedule.now), stream.record(at: group.sequence) != nil,
            newest - group.sequence < pipes.room(to: loop) - PipeOutlet.backlogReserve
        else { return }
        for sequence in group.sequence...newest where stream.record(at: sequence) != nil {
            let packet = PipedPacket(
                room: room, producer: producer, sequence: sequence, ssrc: stream.ssrc)
            if !pipes.append(.packet(packet), to: loop) { drops.count(.pipeFull) }
        }
    }

    /// Leaves a packet just received for every branch where it is wanted.
    mutating func carry(_ sequence: Int64, of producer: ProducerHandle, in room: RoomHandle) {
        guard !rooms[room].router.producers[producer].branches.isEmpty,
            let ssrc = rooms[room].router.producers[producer].stream?.ssrc
        else { return }
        for branch in rooms[room].router.producers[producer].branches {
            let packet = PipedPacket(
                room: room, producer: producer, sequence: sequence, ssrc: ssrc)
            guard !pipes.append(.packet(packet), to: branch.loop) else { continue }
            drops.count(.pipeFull)
            pipes.tear(
                Pipes.Place(room: room, producer: producer), to: branch.loop, at: schedule.now)
        }
    }

    /// Tells the branches that a producer's track comes under another SSRC.
    mutating func tellStreamBegan(_ ssrc: UInt32, of producer: ProducerHandle, in room: RoomHandle)
    {
        let track = rooms[room].router.producers[producer].track
        tellBranches(wanting: producer, in: room, Self.streamBegan(track, ssrc))
    }

    /// Tells the branches a producer's newest clocks.
    mutating func tellReport(of producer: ProducerHandle, in room: RoomHandle) {
        guard !rooms[room].router.producers[producer].branches.isEmpty,
            let point = rooms[room].router.producers[producer].lastReport
        else { return }
        let track = rooms[room].router.producers[producer].track
        tellBranches(wanting: producer, in: room, Self.senderReport(track, point))
    }

    /// Tells the branches that a producer is gone.
    mutating func tellClosed(_ track: ProducedTrack, in room: RoomHandle) {
        let message = PipeFrame(.producerClosed, track.number).message()
        for branch in rooms[room].branches { tell(message, to: branch.loop) }
    }

    /// Ends all branches of a room.
    mutating func closeBranches(of room: RoomHandle) {
        for branch in rooms[room].branches {
            tell(PipeFrame(.branchClosed, branch.number).message(), to: branch.loop)
            forgetBranch(of: room, on: branch.loop)
        }
    }

    /// The branch has told that it is empty.
    mutating func branchLeft(_ number: UInt32, on loop: Int) {
        guard let room = pipes.opened[number],
            rooms[room].branches.contains(Branch(loop: loop, number: number))
        else { return }
        forgetBranch(of: room, on: loop)
        closeRoomIfEmpty(room)
    }

    /// Another loop has ended for good: its branches are forgotten, and those of its rooms here end.
    public mutating func loopEnded(_ loop: Int, at now: Instant) {
        schedule.now = now
        pipes.close(loop)
        for room in rooms.handles where rooms.contains(room) {
            if case .branch(let key) = rooms[room].origin {
                if key.loop == loop { closeRoom(key) }
            } else {
                forgetBranch(of: room, on: loop)
                closeRoomIfEmpty(room)
            }
        }
    }

    mutating func forgetBranch(of room: RoomHandle, on loop: Int) {
        for branch in rooms[room].branches where branch.loop == loop {
            pipes.opened[branch.number] = nil
        }
        rooms[room].branches.removeAll { $0.loop == loop }
        for producer in rooms[room].router.producers.handles {
            rooms[room].router.producers[producer].branches.removeAll { $0.loop == loop }
        }
    }

    private mutating func tellBranches(
        wanting producer: ProducerHandle, in room: RoomHandle, _ message: [UInt8]
    ) {
        for branch in rooms[room].router.producers[producer].branches {
            tell(message, to: branch.loop)
        }
    }

    private static func streamBegan(_ track: ProducedTrack, _ ssrc: UInt32) -> [UInt8] {
        PipeFrame(.streamBegan, track.number).message { $0.write(ssrc) }
    }

    private static func senderReport(
        _ track: ProducedTrack, _ point: SenderReportPoint
    ) -> [UInt8] {
        PipeFrame(.senderReport, track.number).message { writer in
            writer.write(point.ntp.value)
            writer.write(point.rtp)
        }
    }
}
