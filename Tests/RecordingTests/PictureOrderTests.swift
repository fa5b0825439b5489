import Muxer
import RTP
import Testing
import Timing

@testable import Recording

/// When pictures that are shown in another order are decoded.
@Suite struct PictureOrderTests {
    /// High profile at 25 frames a second, two pictures reordered: as x264 writes it.
    static let reordering: [UInt8] = [
        0x67, 0x64, 0x00, 0x28, 0xAC, 0xD9, 0x40, 0x78, 0x02, 0x27, 0xE5, 0xC0, 0x44, 0x00, 0x00,
        0x03, 0x00, 0x04, 0x00, 0x00, 0x03, 0x00, 0xC8, 0x3C, 0x60, 0xC6, 0x58,
    ]

    /// The numbers of pictures by their times, in the order they are decoded.
    static let order: [Int] = {
        var order = [0]
        for group in stride(from: 0, to: 120, by: 3) { order += [group + 3, group + 1, group + 2] }
        return order
    }()

    private func unit(_ number: Int, sps: [UInt8], isBidirectional: Bool = false) -> AccessUnit {
        let units = number == 0 ? [sps, [0x65, 1, 2, 3, 4]] : [[0x41, 1, 2, 3, 4]]
        var unit = AccessUnit(
            timestamp: Int64(number), arrival: Instant(nanoseconds: 0),
            bytes: units.flatMap { [0, 0, 0, UInt8($0.count)] + $0 })
        (unit.isKeyframe, unit.isBidirectional) = (number == 0, isBidirectional)
        return unit
    }

    private func time(_ number: Int) -> Interval { .milliseconds(Int64(40 * number)) }

    @Test func `each is decoded after the one before, and no later than it is shown`() {
        var order = PictureOrder(StampedStream.format)
        var last = Interval.seconds(-10)
        for number in Self.order {
            let decoded = order.decodeTime(
                of: unit(number, sps: Self.reordering), at: time(number))
            #expect(decoded > last && decoded <= time(number), "picture \(number)")
            #expect(decoded >= time(number) - .milliseconds(200))
            last = decoded
        }
    }

    @Test func `a stream that says nothing learns it from its first B pictures`() {
        var order = PictureOrder(StampedStream.format)
        var (last, late) = (Interval.seconds(-10), 0)
        for number in Self.order {
            let decoded = order.decodeTime(
                of: unit(number, sps: StampedStream.sps, isBidirectional: number % 3 != 0),
                at: time(number))
            #expect(decoded > last)
            if decoded > time(number) { late += 1 }
            last = decoded
        }
        #expect(late <= 16, "\(late)")
    }

    @Test func `without B pictures each is decoded when it is shown`() {
        var order = PictureOrder(StampedStream.format)
        for number in [0, 1, 2, 3, 3, 2, 9] {
            let decoded = order.decodeTime(
                of: unit(number, sps: StampedStream.sps), at: time(number))
            #expect(decoded == time(number))
        }
    }

    @Test func `a clock that goes back begins anew`() {
        var order = PictureOrder(StampedStream.format)
        for number in Self.order {
            _ = order.decodeTime(
                of: unit(number, sps: Self.reordering), at: .seconds(3600) + time(number))
        }
        for number in Self.order.dropFirst() {
            let decoded = order.decodeTime(
                of: unit(number, sps: Self.reordering), at: time(number))
            #expect(decoded <= time(number) + .microseconds(1))
        }
    }
}
