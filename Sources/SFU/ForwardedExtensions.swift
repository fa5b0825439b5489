import RTP

/// Where, in a received packet, the header extension elements lie that consumers are sent on.
struct ForwardedExtensions {
    private var offsets = SIMD4<UInt16>()
    private var kinds = SIMD4<UInt8>()
    private var byteCounts = SIMD4<UInt8>()
    private var elementCount: UInt8 = 0  // small, as every record has one

    private var count: Int { Int(elementCount) }

    var isEmpty: Bool { elementCount == 0 }

    /// Notes one element; beyond four, or sixteen octets, elements are not forwarded.
    mutating func append(_ kind: HeaderExtension, offset: Int, byteCount: Int) {
        guard count < 4, (1...16).contains(byteCount) else { return }
        kinds[count] = kind.rawValue
        offsets[count] = UInt16(truncatingIfNeeded: offset)
        byteCounts[count] = UInt8(byteCount)
        elementCount += 1
    }

    /// Octets of the one-byte-form block (RFC 8285 §4.2) under a consumer's numbering; zero when
    /// nothing is sent on.
    func blockByteCount(numbering: HeaderExtensionMap) -> Int {
        var elements = 0
        for index in 0..<count where id(of: index, numbering) != 0 {
            elements += 1 + Int(byteCounts[index])
        }
        return elements == 0 ? 0 : 4 + (elements + 3) & ~3
    }

    /// The consumer's number for an element; zero when it agreed on none that the short form holds.
    private func id(of index: Int, _ numbering: HeaderExtensionMap) -> UInt8 {
        guard let name = HeaderExtension(rawValue: kinds[index]) else { return 0 }
        let id = numbering[name]
        return id <= 14 ? id : 0
    }

    /// Writes that block at `out`, copying the elements from the received packet.
    func write(
        at out: UnsafeMutableRawPointer, byteCount: Int, from packet: UnsafeRawPointer,
        numbering: HeaderExtensionMap
    ) {
        out.storeBytes(of: UInt16(0xBEDE).bigEndian, as: UInt16.self)
        out.storeBytes(
            of: UInt16(truncatingIfNeeded: (byteCount - 4) / 4).bigEndian, toByteOffset: 2,
            as: UInt16.self)
        var position = 4
        for index in 0..<count {
            let id = id(of: index, numbering)
            guard id != 0 else { continue }
            let length = Int(byteCounts[index])
            out.storeBytes(of: id << 4 | UInt8(length - 1), toByteOffset: position, as: UInt8.self)
            (out + position + 1).copyMemory(
                from: packet + Int(offsets[index]), byteCount: length)
            position += 1 + length
        }
        while position < byteCount {
            out.storeBytes(of: 0, toByteOffset: position, as: UInt8.self)
            position += 1
        }
    }
}
