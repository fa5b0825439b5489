import Glibc

/// What one packet costs in `RTP`: `PayloadBench CASE ROUNDS [FILE]`, as `Scripts/bench-payloads` runs it.
let arguments = CommandLine.arguments
guard arguments.count >= 3, let test = Case(rawValue: arguments[1]), let rounds = Int(arguments[2])
else {
    print(
        "usage: PayloadBench \(Case.allCases.map(\.rawValue).joined(separator: "|")) ROUNDS [FILE]")
    exit(64)
}
measure(test, rounds: rounds, file: arguments.count > 3 ? arguments[3] : nil)
