import RTP
import Timing
import Wire

// A branch: a room whose home is another loop, and whose producers a pipe feeds.

extension Worker {
    /// A packet that a pipe brought: from here on like one of a session's.
    mutating func receivePacket(
        _ packet: RawSpan, number: UInt32, from loop: Int
    ) -> DropReason? {
        guard let place = pipes.tracks[Pipes.Key(loop: loop, number: number)] else {
            return .unknownStream
        }
        guard packet.byteCount <= PacketSlab.slotByteCount else { return .tooLarge }
        guard let layout = try? RTPLayout(parsing: packet) else { return .malformedRTP }
        guard let slot = slab.take() else { return .slabExhausted }
        packet.withUnsafeBytes { bytes in
            UnsafeMutableRawBufferPointer(start: slab.address(of: slot), count: bytes.count)
                .copyMemory(from: bytes)
        }
        let reason = route(layout, packet, in: slot, to: place)
        if reason != nil { slab.give(slot) }
        return reason
    }

    private mutating func route(
        _ layout: RTPLayout, _ packet: RawSpan, in slot: UInt32, to place: Pipes.Place
    ) -> DropReason? {
        let (room, now) = (place.room, schedule.now)
        let route = Transport.StreamRoute(
            ssrc: layout.header.ssrc, producer: place.producer, isRetransmission: false)
        guard
            rooms[room].router.producers[place.producer].stream?.ssrc == route.ssrc,
            let record = rooms[room].router.record(layout, packet, slot: slot, route: route)
        else { return .unknownStream }
        let reason = rooms[room].router.receive(
            record, for: place.producer, isRetransmission: false, at: now)
        if reason == nil { activate(room) }
        // Nobody but its packets wakes a branch's producer, and without them nothing is missing.
        if rooms[room].router.producers[place.producer].keyframes.advance(to: now) == .sendPLI {
            askForKeyframe(place)
        }
        return reason
    }

    /// Asks whoever sends a producer's packets for a key frame: its peer, or its room's home.
    mutating func askForKeyframe(_ place: Pipes.Place) {
        switch rooms[place.room].router.producers[place.producer].origin {
        case .transport(let transport): sendPLI(to: place.producer, in: place.room, over: transport)
        case .pipe(let key): tell(PipeFrame(.keyframeWanted, key.number).message(), to: key.loop)
        }
    }

    /// Everything that is no packet.
    mutating func receive(
        _ frame: PipeFrame, _ reader: inout ByteReader, from loop: Int
    ) throws(ParseError) {
        let key = Pipes.Key(loop: loop, number: frame.number)
        switch frame.kind {
        case .branchOpened: openRoom(try BranchOpening(parsing: &reader), as: key)
        case .producerOpened:
            let branch = Pipes.Key(loop: loop, number: try reader.readUInt32())
            addProducer(
                try ProducedTrack(number: frame.number, parsing: &reader), of: branch, as: key)
        case .announced:
            guard let room = pipes.branches[key] else { return }
            for producer in rooms[room].router.producers.handles {
                // A home that opens the branch anew has forgotten what was wanted.
                rooms[room].router.producers[producer].isWanted = false
                tellWant(of: producer, in: room)
            }
            adoptOrphans(among: rooms[room].router.producers.handles, in: room)
        case .streamBegan: beginStream(try reader.readUInt32(), of: key)
        case .senderReport:
            let ntp = NTPTimestamp(value: try reader.readUInt64())
            receive(SenderReportPoint(ntp: ntp, rtp: try reader.readUInt32()), of: key)
        case .producerClosed: closeProducer(key)
        case .branchClosed: closeRoom(key)
        case .producerWanted: producerWanted(frame.number, on: loop)
        case .producerUnwanted: producerUnwanted(frame.number, on: loop)
        case .keyframeWanted:
            // Of what that loop has lost in the pipe it will have one anyway, within a second.
            guard let place = pipes.produced[frame.number], !pipes.isTorn(place, to: loop)
            else { return }
            requestKeyframe(from: place)
        case .branchLeft: branchLeft(frame.number, on: loop)
        case .packet: return
        }
    }
}

extension Worker {
    private mutating func openRoom(_ opening: BranchOpening, as key: Pipes.Key) {
        if let room = directory.room(opening.room), case .branch(let former) = rooms[room].origin,
            former.loop == key.loop
        {
            pipes.branches[former] = nil
            rooms[room].origin = .branch(key)
            awaitPeers(of: room)
            pipes.branches[key] = room
            return
        }
        guard directory.room(opening.room) == nil, rooms.count < configuration.roomLimit else {
            return tell(PipeFrame(.branchLeft, key.number).message(), to: key.loop)
        }
        var opened = Room(
            name: opening.room, title: opening.title,
            createdMilliseconds: opening.createdMilliseconds)
        opened.origin = .branch(key)
        let room = rooms.insert(opened)
        awaitPeers(of: room)
        directory.add(room: opening.room, room)
        pipes.branches[key] = room
    }

    /// A branch is opened for somebody, who is to come soon.
    private mutating func awaitPeers(of room: RoomHandle) {
        rooms[room].forsaken = schedule.now + Self.patience
        schedule.nextForsaken = schedule.nextForsaken ?? rooms[room].forsaken
    }

    /// Gives up branches to which nobody has come.
    mutating func leaveForsakenBranches(at now: Instant) {
        guard let due = schedule.nextForsaken, due <= now else { return }
        var next = Earliest(nil)
        for room in rooms.handles where rooms[room].origin != .home && rooms[room].peers.isEmpty {
            if rooms[room].forsaken <= now {
                closeRoomIfEmpty(room)
            } else {
                next.take(rooms[room].forsaken)
            }
        }
        schedule.nextForsaken = next.instant
    }

    private static var patience: Interval { .seconds(5) }  // calls take milliseconds

    /// Tells a branch's home whether anybody here wants a producer, when that has changed.
    mutating func tellWant(of producer: ProducerHandle, in room: RoomHandle) {
        guard rooms[room].router.producers.contains(producer),
            case .pipe(let key) = rooms[room].router.producers[producer].origin
        else { return }
        let isWanted = !rooms[room].router.producers[producer].consumers.isEmpty
        guard isWanted != rooms[room].router.producers[producer].isWanted else { return }
        rooms[room].router.producers[producer].isWanted = isWanted
        let kind = isWanted ? PipeFrame.Kind.producerWanted : .producerUnwanted
        tell(PipeFrame(kind, key.number).message(), to: key.loop)
        if !isWanted { rooms[room].router.closeStream(of: producer, slab: &slab) }
    }

    private mutating func addProducer(
        _ track: ProducedTrack, of branch: Pipes.Key, as key: Pipes.Key
    ) {
        guard let room = pipes.branches[branch], pipes.tracks[key] == nil else { return }
        let producer = rooms[room].router.producers.insert(
            Producer(track: track, origin: .pipe(key), extensions: .piped))
        pipes.tracks[key] = Pipes.Place(room: room, producer: producer)
    }

    private mutating func beginStream(_ ssrc: UInt32, of key: Pipes.Key) {
        guard let place = pipes.tracks[key],
            rooms[place.room].router.producers[place.producer].stream?.ssrc != ssrc
        else { return }
        openStream(ssrc: ssrc, of: place.producer, in: place.room)
    }

    private mutating func receive(_ point: SenderReportPoint, of key: Pipes.Key) {
        guard let place = pipes.tracks[key] else { return }
        rooms[place.room].router.producers[place.producer].lastReport = point
        for consumer in rooms[place.room].router.producers[place.producer].consumers {
            sendReport(of: consumer, in: place.room, at: schedule.now)
        }
    }

    private mutating func closeProducer(_ key: Pipes.Key) {
        guard let place = pipes.tracks.removeValue(forKey: key) else { return }
        _ = rooms[place.room].router.close(place.producer, slab: &slab)
    }

    /// The home is going away: every session of the branch ends with it.
    mutating func closeRoom(_ key: Pipes.Key) {
        guard let room = pipes.branches[key] else { return }
        for transport in rooms[room].peers.flatMap(\.transports) { end(transport, reason: .local) }
        closeRoomIfEmpty(room)
    }

    /// Releases what a branch holds and tells its home, when nobody is left in it.
    mutating func leaveBranch(_ key: Pipes.Key, in room: RoomHandle) {
        for producer in rooms[room].router.producers.handles {
            guard let closed = rooms[room].router.close(producer, slab: &slab),
                case .pipe(let track) = closed.origin
            else { continue }
            pipes.tracks[track] = nil
        }
        pipes.branches[key] = nil
        tell(PipeFrame(.branchLeft, key.number).message(), to: key.loop)
    }
}
