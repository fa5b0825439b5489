/// Builds a page of metrics in Prometheus' text format 0.0.4.
///
/// One call a family, with its help and all its series; a family written twice is the caller's
/// mistake. Names carry their base unit, counters end in `_total`; label names are fixed in the
/// code, and no identifier of a session ever is a label's value.
public struct Exposition: CustomStringConvertible, Sendable {
    /// The page so far.
    public private(set) var description = ""

    /// An empty page.
    public init() {}

    /// A family of one counter.
    public mutating func counter(_ name: String, _ help: String, _ value: UInt64) {
        begin(name, help, "counter")
        description += "\(name) \(value)\n"
    }

    /// A family of counters told apart by one label.
    public mutating func counter(
        _ name: String, _ help: String, label: String, _ series: [(String, UInt64)]
    ) {
        begin(name, help, "counter")
        for (value, count) in series {
            description += "\(name){\(label)=\"\(Self.escaped(value))\"} \(count)\n"
        }
    }

    /// A family of one gauge that counts things.
    public mutating func gauge(_ name: String, _ help: String, _ value: Int) {
        begin(name, help, "gauge")
        description += "\(name) \(value)\n"
    }

    /// A family of one gauge in a base unit.
    public mutating func gauge(_ name: String, _ help: String, _ value: Double) {
        begin(name, help, "gauge")
        description += "\(name) \(value)\n"
    }

    /// A family of one histogram in a base unit; buckets count what is below them too.
    public mutating func histogram(_ name: String, _ help: String, _ values: Histogram) {
        begin(name, help, "histogram")
        var below: UInt64 = 0
        for (bound, count) in zip(values.bounds, values.counts) {
            below += count
            description += "\(name)_bucket{le=\"\(bound)\"} \(below)\n"
        }
        description += "\(name)_bucket{le=\"+Inf\"} \(values.count)\n"
        description += "\(name)_sum \(values.sum)\n\(name)_count \(values.count)\n"
    }

    private mutating func begin(_ name: String, _ help: String, _ kind: String) {
        precondition(
            !description.contains("# TYPE \(name) "), "write each family once: \(name)")
        precondition(
            (kind == "counter") == name.hasSuffix("_total"), "counters end in _total: \(name)")
        let line = help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        description += "# HELP \(name) \(line)\n# TYPE \(name) \(kind)\n"
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            .replacing("\n", with: "\\n")
    }
}
