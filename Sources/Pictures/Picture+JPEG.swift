import CPictures

extension Picture {
    /// The picture as JPEG.
    public func jpeg() throws(PictureError) -> [UInt8] {
        let library = try loadedLibrary()
        guard let encoder = library.find_encoder(AV_CODEC_ID_MJPEG) else { throw .noCodec("JPEG") }
        var context = library.alloc_context(encoder)
        var packet = library.packet_alloc()
        var frame = library.frame_alloc()
        defer {
            library.free_context(&context)
            library.packet_free(&packet)
            library.frame_free(&frame)
        }
        guard let context, let packet, let frame else { throw .refused(code: 0) }
        let (width, height) = (Int32(luma.width), Int32(luma.height))
        (context.pointee.width, context.pointee.height) = (width, height)
        context.pointee.pix_fmt = AV_PIX_FMT_YUVJ420P
        context.pointee.time_base = AVRational(num: 1, den: 25)
        context.pointee.thread_count = 1
        context.pointee.flags |= AV_CODEC_FLAG_QSCALE
        context.pointee.global_quality = Self.quality
        var code = library.open(context, encoder, nil)
        guard code >= 0 else { throw .refused(code: code) }
        (frame.pointee.width, frame.pointee.height) = (width, height)
        frame.pointee.format = AV_PIX_FMT_YUVJ420P.rawValue
        frame.pointee.quality = Self.quality
        code = library.frame_get_buffer(frame, 0)
        guard code >= 0 else { throw .refused(code: code) }
        fill(frame)
        code = library.send_frame(context, frame)
        if code >= 0 { code = library.send_frame(context, nil) }
        if code >= 0 { code = library.receive_packet(context, packet) }
        guard code >= 0, let octets = packet.pointee.data else { throw .refused(code: code) }
        return Array(UnsafeBufferPointer(start: octets, count: Int(packet.pointee.size)))
    }

    private func fill(_ frame: UnsafeMutablePointer<AVFrame>) {
        let (data, lines) = (frame.pointee.data, frame.pointee.linesize)
        let targets = [(data.0, lines.0), (data.1, lines.1), (data.2, lines.2)]
        for (plane, target) in zip([luma] + chroma, targets) {
            guard let start = target.0 else { continue }
            for row in 0..<plane.height {
                for column in 0..<plane.width {
                    start[row * Int(target.1) + column] = plane.octets[row * plane.width + column]
                }
            }
        }
    }

    /// `FF_QP2LAMBDA` times a quantiser of 5 of 31: small, and without visible blocks.
    private static let quality: Int32 = 118 * 5
}
