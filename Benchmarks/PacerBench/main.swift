import Glibc

// PacerBench traces [SVG [LINK…]] | cost | timer [SECONDS] [realtime]: see Scripts/bench-pacer.
let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "traces":
    printTraces(links: Array(arguments.dropFirst(2)))
    if arguments.count > 1 { try writePicture(to: arguments[1]) }
case "cost": printCost()
case "timer":
    try await measureTimer(
        seconds: arguments.dropFirst().first.flatMap(Int.init) ?? 10,
        realtime: arguments.contains("realtime"))
default:
    print("usage: PacerBench traces [SVG [LINK…]] | cost | timer [SECONDS] [realtime]")
    exit(64)
}
