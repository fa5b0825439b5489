import CAVFormat

/// A file in memory as libavformat takes it apart: packets as they lie in the container, with the
/// container's own times, neither parsed nor mended.
final class LibavDemuxer {
    struct Packet {
        var stream: Int
        var presentation: Int64
        var decode: Int64
        var isKeyframe: Bool
        var payload: [UInt8]
    }

    struct Failure: Error { var call: String }

    /// Ticks in a second of each stream.
    private(set) var rates: [Double] = []
    private(set) var packets: [Packet] = []

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8], format: String) throws {
        self.bytes = bytes
        try read(format)
    }

    private func read(_ format: String) throws {
        guard let buffer = av_malloc(65_536) else { throw Failure(call: "av_malloc") }
        let opaque = Unmanaged.passUnretained(self).toOpaque()
        var io = avio_alloc_context(
            buffer.assumingMemoryBound(to: UInt8.self), 65_536, 0, opaque,
            { opaque, memory, count in LibavDemuxer.of(opaque).fill(memory, Int(count)) }, nil,
            { opaque, offset, whence in LibavDemuxer.of(opaque).seek(offset, whence) })
        defer {
            if let io { av_freep(&io.pointee.buffer) }
            avio_context_free(&io)
        }
        var context = avformat_alloc_context()
        context?.pointee.pb = io
        context?.pointee.flags |= AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN | AVFMT_FLAG_CUSTOM_IO
        context?.pointee.correct_ts_overflow = 0
        guard avformat_open_input(&context, nil, av_find_input_format(format), nil) == 0 else {
            throw Failure(call: "avformat_open_input")
        }
        defer { avformat_close_input(&context) }
        var packet = av_packet_alloc()
        defer { av_packet_free(&packet) }
        while let packet, av_read_frame(context, packet) >= 0 {
            let found = packet.pointee
            packets.append(
                Packet(
                    stream: Int(found.stream_index), presentation: found.pts, decode: found.dts,
                    isKeyframe: found.flags & AV_PKT_FLAG_KEY != 0,
                    payload: Array(
                        UnsafeBufferPointer(start: found.data, count: Int(found.size)))))
            av_packet_unref(packet)
        }
        for index in 0..<Int(context?.pointee.nb_streams ?? 0) {
            guard let base = context?.pointee.streams[index]?.pointee.time_base else { continue }
            rates.append(Double(base.den) / Double(base.num))
        }
    }

    private static func of(_ opaque: UnsafeMutableRawPointer?) -> LibavDemuxer {
        guard let opaque else { preconditionFailure("the context keeps what it was given") }
        return Unmanaged<LibavDemuxer>.fromOpaque(opaque).takeUnretainedValue()
    }

    private func fill(_ memory: UnsafeMutablePointer<UInt8>?, _ count: Int) -> Int32 {
        let available = min(count, bytes.count - position)
        guard available > 0, let memory else { return Self.endOfFile }
        bytes.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return }
            memory.update(from: start + position, count: available)
        }
        position += available
        return Int32(available)
    }

    private func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
        switch whence & ~AVSEEK_FORCE {
        case AVSEEK_SIZE: return Int64(bytes.count)
        case 1: position += Int(offset)
        case 2: position = bytes.count + Int(offset)
        default: position = Int(offset)
        }
        return Int64(position)
    }

    /// `AVERROR_EOF`, which is a macro.
    private static let endOfFile: Int32 = -541_478_725
}
