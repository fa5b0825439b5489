import SFU
import Timing
import Wire

// What the loops of rooms tell of them, frame by frame.

extension RoomRecorder {
    mutating func receiveFrame(_ bytes: RawSpan, from loop: Int, at now: Instant) {
        var reader = ByteReader(bytes)
        do throws(ParseError) {
            let frame = try PipeFrame(parsing: &reader)
            let key = PipedTrack.Key(loop: loop, number: frame.number)
            if frame.kind == .packet {
                receivePacket(reader.readRest(), of: key, at: now)
            } else {
                try receive(frame.kind, &reader, of: key, at: now)
            }
        } catch {
            malformedFrames += 1
            // Whose it was cannot be told: it is missing to all that this loop sends to.
            let listeners = Set(tracks.values.filter { $0.key.loop == loop }.flatMap(\.listeners))
            for handle in listeners where recordings.contains(handle) {
                recordings[handle].malformedFrames += 1
            }
        }
    }

    private mutating func receivePacket(_ packet: RawSpan, of key: PipedTrack.Key, at now: Instant)
    {
        guard let listeners = tracks[key]?.listeners else { return }
        for handle in listeners where recordings.contains(handle) {
            recordings[handle].receive(packet, of: key, at: now)
            touch(handle)
        }
    }

    private mutating func receive(
        _ kind: PipeFrame.Kind, _ reader: inout ByteReader, of key: PipedTrack.Key, at now: Instant
    ) throws(ParseError) {
        switch kind {
        case .branchOpened:
            let room = try BranchOpening(parsing: &reader).room
            for former in rooms.keys where former.loop == key.loop && rooms[former] == room {
                close(former)
            }
            rooms[key] = room
        case .producerOpened:
            let branch = PipedTrack.Key(loop: key.loop, number: try reader.readUInt32())
            let track = try ProducedTrack(number: key.number, parsing: &reader)
            guard rooms[branch] != nil else { return }
            tracks[key] = PipedTrack(key: key, track: track, branch: branch)
        case .announced:
            if let room = rooms[key] { unsettled.insert(room) }
        case .streamBegan: streamBegan(try reader.readUInt32(), of: key, at: now)
        case .senderReport:
            let ntp = NTPTimestamp(value: try reader.readUInt64())
            reportArrived(
                ReportedClock(ntp: ntp, timestamp: try reader.readUInt32()), of: key, at: now)
        case .producerClosed:
            guard let closed = tracks.removeValue(forKey: key) else { return }
            if let room = rooms[closed.branch] { unsettled.insert(room) }
        case .branchClosed: close(key)
        case .packet, .producerWanted, .producerUnwanted, .keyframeWanted, .branchLeft: return
        }
    }

    private mutating func streamBegan(_ ssrc: UInt32, of key: PipedTrack.Key, at now: Instant) {
        guard let track = tracks[key], track.ssrc != ssrc else { return }
        tracks[key]?.ssrc = ssrc
        guard track.ssrc != nil else { return }
        tracks[key]?.report = nil  // its clocks began elsewhere
        for handle in track.listeners where recordings.contains(handle) {
            let choice = recordings[handle].choice
            let (picture, sound) = (self[choice.picture], self[choice.sound])
            recordings[handle].restart(picture, sound, at: now)
            touch(handle)
        }
    }

    private mutating func reportArrived(
        _ report: ReportedClock, of key: PipedTrack.Key, at now: Instant
    ) {
        guard let listeners = tracks[key]?.listeners else { return }
        tracks[key]?.report = report
        for handle in listeners where recordings.contains(handle) {
            recordings[handle].reportArrived(report, of: key, at: now)
        }
    }

    mutating func close(_ branch: PipedTrack.Key) {
        guard let room = rooms.removeValue(forKey: branch) else { return }
        tracks = tracks.filter { $0.value.branch != branch }
        unsettled.insert(room)
    }
}
