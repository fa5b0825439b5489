import CPictures

/// A still picture: full range brightness, and colours at half its size each way.
public struct Picture: Hashable, Sendable {
    /// One of its three planes, row behind row.
    public struct Plane: Hashable, Sendable {
        /// Values in a row.
        public var width: Int
        /// Rows.
        public var height: Int
        /// The values.
        public var octets: [UInt8]
    }

    /// Brightness.
    public var luma: Plane
    /// Blue, then red, as differences.
    public var chroma: [Plane]

    /// Copies a decoder's frame.
    init(_ frame: UnsafeMutablePointer<AVFrame>) throws(PictureError) {
        let format = AVPixelFormat(frame.pointee.format)
        guard format == AV_PIX_FMT_YUV420P || format == AV_PIX_FMT_YUVJ420P else {
            throw .unsupportedLayout
        }
        let (width, height) = (Int(frame.pointee.width), Int(frame.pointee.height))
        guard (2...16_384).contains(width), (2...16_384).contains(height) else {
            throw .unsupportedLayout
        }
        let isFull =
            format == AV_PIX_FMT_YUVJ420P || frame.pointee.color_range == AVCOL_RANGE_JPEG
        let (data, lines) = (frame.pointee.data, frame.pointee.linesize)
        guard let y = data.0, let u = data.1, let v = data.2 else { throw .undecodable }
        let half = ((width + 1) / 2, (height + 1) / 2)
        luma = Plane(y, width, height, Int(lines.0), isFull ? Self.same : Self.expandedLuma)
        let expanded = isFull ? Self.same : Self.expandedChroma
        chroma = [
            Plane(u, half.0, half.1, Int(lines.1), expanded),
            Plane(v, half.0, half.1, Int(lines.2), expanded),
        ]
    }

    /// The picture at most `width` wide, its shape kept: each value the mean of those it covers.
    public func scaled(toWidth width: Int) -> Picture {
        guard width < luma.width else { return self }
        let columns = max(width & ~1, 2)
        let rows = max(luma.height * columns / luma.width & ~1, 2)
        var scaled = self
        scaled.luma = luma.scaled(columns, rows)
        scaled.chroma = chroma.map { $0.scaled(columns / 2, rows / 2) }
        return scaled
    }

    private static let same = (0...255).map { UInt8($0) }
    /// 16...235 become 0...255, 16...240 likewise about their middle.
    private static let expandedLuma = (0...255).map {
        UInt8(clamping: (($0 - 16) * 255 + 109) / 219)
    }
    private static let expandedChroma = (0...255).map {
        UInt8(clamping: 128 + ($0 - 128) * 255 / 224)
    }
}

extension Picture.Plane {
    init(
        _ rows: UnsafeMutablePointer<UInt8>, _ width: Int, _ height: Int, _ stride: Int,
        _ table: [UInt8]
    ) {
        (self.width, self.height) = (width, height)
        octets = []
        octets.reserveCapacity(width * height)
        for row in 0..<height {
            for column in 0..<width { octets.append(table[Int(rows[row * stride + column])]) }
        }
    }

    fileprivate func scaled(_ columns: Int, _ rows: Int) -> Picture.Plane {
        var scaled = self
        (scaled.width, scaled.height) = (columns, rows)
        scaled.octets = []
        scaled.octets.reserveCapacity(columns * rows)
        for row in 0..<rows {
            let (top, bottom) = (row * height / rows, max((row + 1) * height / rows, 1))
            for column in 0..<columns {
                let left = column * width / columns
                let right = max((column + 1) * width / columns, left + 1)
                var sum = 0
                for line in top..<max(bottom, top + 1) {
                    for index in left..<right { sum += Int(octets[line * width + index]) }
                }
                let count = (max(bottom, top + 1) - top) * (right - left)
                scaled.octets.append(UInt8(sum / count))
            }
        }
        return scaled
    }
}
