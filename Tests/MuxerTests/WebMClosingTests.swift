import Testing
import Timing
import Wire

@testable import Muxer

/// WebM recordings that have been closed: what players find their way by.
@Suite struct WebMClosingTests {
    typealias Element = WebMTests.Element

    private func closed() throws -> (
        file: SegmentPartsTests.File, bytes: [UInt8], top: [Element]
    ) {
        let (samples, formats) = WebMTests.clip(seconds: 9)
        let file = try SegmentPartsTests.record(samples, formats, .webm)
        let bytes = try Self.close(file.bytes, file.index)
        return (file, bytes, try #require(Element.parse(bytes)))
    }

    /// What a file is after its closing.
    static func close(_ bytes: [UInt8], _ index: [UInt8]) throws -> [UInt8] {
        var closing = try WebMClosing(index.span.bytes)
        var bytes = Array(bytes[..<Int(closing.partsEnd)])
        while let piece = closing.next() {
            #expect(piece.offset == UInt64(bytes.count))
            bytes += piece.bytes
        }
        #expect(closing.head.offset == 0 && closing.head.bytes.count <= 512)
        #expect(UInt64(bytes.count) == closing.fileEnd)
        bytes.replaceSubrange(..<closing.head.bytes.count, with: closing.head.bytes)
        return bytes
    }

    @Test func `its head says where everything is, and how long it lasts`() throws {
        let (_, bytes, top) = try closed()
        let segment = try #require(top.last)
        let start = bytes.count - segment.content.count
        let seeks = try #require(segment.children.first)
        #expect(seeks.id == ElementID.seekHead.rawValue && seeks.children.count == 3)
        for seek in seeks.children {
            let (id, place) = (seek.children[0].content, seek.children[1].number)
            #expect(Array(bytes[(start + place)...].prefix(4)) == id)
        }
        let information = segment.children[1].children
        let duration = try #require(information.last { $0.id == ElementID.duration.rawValue })
        let milliseconds = Double(
            bitPattern: duration.content.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        #expect(abs(milliseconds - 9_000) < 60, "\(milliseconds)")
    }

    @Test func `an index torn in its middle is told: cues would overwrite what lies behind`()
        throws
    {
        var index = try closed().file.index
        #expect(try WebMClosing(index.span.bytes).isWhole)
        index[index.count / 2] ^= 1
        let closing = try WebMClosing(index.span.bytes)
        #expect(!closing.isWhole)
    }

    @Test func `a cue each two seconds leads to a cluster that begins with a key frame`() throws {
        let (file, bytes, top) = try closed()
        let segment = try #require(top.last)
        let start = bytes.count - segment.content.count
        let cues = try #require(segment.children.last)
        #expect(cues.id == ElementID.cues.rawValue)
        let offsets = Set(file.parts.filter(\.isIndependent).map { Int($0.offset) })
        var times: [Int] = []
        for point in cues.children {
            times.append(point.children[0].number)
            let place = point.children[1].children
            #expect(place[0].number == 1)
            #expect(offsets.contains(start + place[1].number))
        }
        #expect(times.count == 5 && zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= 1_900 })
    }

    /// As of a disk that is nearly full: key frames alone, and all the sound.
    @Test func `a cue has the time of its key frame, also where sound stands before that`() throws {
        var later = 0
        for shift in [0, 13, 130] as [Int64] {
            var (samples, formats) = WebMTests.clip(seconds: 5)
            samples.removeAll { $0.sample.track == 0 && !$0.sample.isKeyframe }
            for place in samples.indices where samples[place].sample.track == 0 {
                let time = samples[place].sample.decodeTime + .milliseconds(shift)
                samples[place].sample.presentationTime = time
                samples[place].sample.decodeTime = time
            }
            samples.sort { $0.sample.decodeTime < $1.sample.decodeTime }
            samples.removeFirst(samples.firstIndex { $0.sample.track == 0 } ?? 0)
            let file = try SegmentPartsTests.record(samples, formats, .webm)
            let bytes = try Self.close(file.bytes, file.index)
            let segment = try #require(Element.parse(bytes)?.last)
            for point in try #require(segment.children.last).children {
                let place = point.children[1].children[1].number
                let cluster = try #require(Element.parse(Array(segment.content[place...]))?.first)
                let times = WebMTests.blocks(in: cluster)
                let keyframe = try #require(times.first { $0.track == 1 && $0.isKeyframe })
                #expect(point.children[0].number == keyframe.milliseconds)
                if (times.first?.milliseconds ?? 0) < keyframe.milliseconds { later += 1 }
            }
        }
        #expect(later > 0, "no cluster began with sound: nothing was tried")
    }

    @Test func `its samples are those of the growing file`() throws {
        let (file, bytes, _) = try closed()
        #expect(WebMTests.blocks(of: bytes) == WebMTests.blocks(of: file.bytes))
    }

    @Test func `closed again it is the same, and what is torn behind its clusters goes`() throws {
        let (file, bytes, _) = try closed()
        #expect(try Self.close(bytes, file.index) == bytes)
        #expect(try Self.close(file.bytes + [1, 2, 3], file.index) == bytes)
    }

    @Test func `no octet of a header that is another stops it`() throws {
        let (file, _, _) = try closed()
        let header = try IndexReader(file.index.span.bytes).header.initialization
        for place in header.indices {
            for value in [0, 1, 8, 0x7F, 0xFF] as [UInt8] {
                var forged = header
                forged[place] = value
                let head = WebMHeader.Room(forged)?.filled(
                    forged, cuesAt: UInt64(header.count), fileEnd: UInt64(header.count) + 9,
                    duration: 1)
                #expect(head.map { $0.count <= 512 } ?? true)
            }
        }
        for size in 0..<64 as Range<UInt8> {  // of the information alone, as far as the seek room
            guard let at = header.firstRange(of: [0x15, 0x49, 0xA9, 0x66])?.upperBound else {
                break
            }
            var forged = header
            (forged[at + 2], forged[at + 3]) = (0, size)
            forged = forged.map { $0 == 0 ? ElementID.void.octet : $0 }
            (forged[at + 2], forged[6], forged[7]) = (0, header[6], header[7])
            _ = WebMHeader.Room(forged)?.filled(
                forged, cuesAt: UInt64(header.count), fileEnd: UInt64(header.count), duration: 1)
        }
    }

    @Test func `no cut of an index stops it`() throws {
        let (file, _, _) = try closed()
        for count in stride(from: 0, to: file.index.count, by: 7) {
            _ = try? WebMClosing(Array(file.index[..<count]).span.bytes)
        }
    }
}

/// Parts whose times stand still.
@Suite struct PartSizeTests {
    @Test(arguments: Container.allCases)
    func `a part is bounded in octets where times stand still`(container: Container) throws {
        let isWebM = container == .webm
        let clip = isWebM ? WebMTests.clip(seconds: 1) : nil
        var head = clip?.samples.first { $0.sample.isKeyframe }?.payload ?? []
        var format = clip?.formats.first ?? SyntheticStream.h264
        if !isWebM {
            var source = SyntheticStream(seed: 3)
            head =
                Clip(keyframeSeconds: 1, audio: nil, seconds: 1).samples(seed: 3)
                .first { $0.sample.isKeyframe }?.payload ?? source.octets(10)
            format = SyntheticStream.h264
        }
        var limits = SegmentLimits()
        limits.partByteCount = 100_000
        let octets = [UInt8](repeating: 0x5A, count: 5_000)
        let samples = (0..<200).map { number in
            SourceSample(
                sample: Sample(track: 0, time: .seconds(1), isKeyframe: number == 0),
                payload: head + (isWebM ? octets : []))
        }
        let file = try #require(
            try SegmentPartsTests.files(samples, [format], container, limits).first)
        // The sample that goes beyond the limit is still in, and so is a header of a kilobyte or two.
        let most =
            limits.partByteCount + (samples.map(\.payload.count).max() ?? 0) * 11 / 10 + 4_000
        #expect(file.parts.count >= 10)
        #expect(file.parts.allSatisfy { $0.byteCount < most }, "\(file.parts.map(\.byteCount))")
    }
}
