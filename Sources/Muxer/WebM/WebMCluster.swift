import Codecs
import Timing
import Wire

/// The samples that are gathered for one cluster of a WebM file (RFC 9559 §5.1.3).
struct WebMCluster {
    /// One sample of it.
    struct Block {
        let track: Int
        let time: Interval
        let isKeyframe: Bool
        /// Of its octets among those gathered.
        fileprivate let offset: Int
        fileprivate let byteCount: Int
    }

    /// In the order they were handed in.
    private(set) var blocks: [Block] = []
    private var bytes = ByteWriter()

    /// Octets of its samples.
    var byteCount: Int { bytes.count }

    /// When the first of its samples is shown.
    var firstShown: Interval? { blocks.lazy.map(\.time).min() }

    /// When a track's first key frame in it is shown; `nil` where it has none.
    func firstKeyframe(of track: Int) -> Interval? {
        blocks.lazy.filter { $0.track == track && $0.isKeyframe }.map(\.time).min()
    }

    /// Takes a sample's octets in.
    mutating func append(_ payload: RawSpan, track: Int, shownAt time: Interval, isKeyframe: Bool) {
        blocks.append(
            Block(
                track: track, time: time, isKeyframe: isKeyframe, offset: bytes.count,
                byteCount: payload.byteCount))
        bytes.write(payload)
    }

    /// Appends it as an element.
    ///
    /// - Parameter milliseconds: A block's time by the file's clock.
    func write(to output: inout ByteWriter, _ milliseconds: (Block) -> Int64) {
        let times = blocks.map(milliseconds)
        let base = max(times.min() ?? 0, 0)
        // Browsers take no block that is earlier than the one before it, and sound is handed in late.
        let order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
        output.element(.cluster) { writer in
            writer.element(.timestamp, UInt64(base))
            for index in order {
                let block = blocks[index]
                writer.write(ElementID.simpleBlock)
                writer.write(length: block.byteCount + 4)
                writer.write(UInt8(0x80 | (block.track + 1)))
                writer.write(UInt16(bitPattern: Int16(clamping: times[index] - base)))
                writer.write(UInt8(block.isKeyframe ? 0x80 : 0))
                let end = block.offset + block.byteCount
                writer.write(bytes.bytes.span.bytes.extracting(block.offset..<end))
            }
        }
    }

    /// Begins another.
    mutating func removeAll() {
        blocks.removeAll(keepingCapacity: true)
        bytes.removeAll()
    }
}
