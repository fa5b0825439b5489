// FanOut burst8|live CONSUMERS SECONDS: see Scripts/bench-gate.
let arguments = CommandLine.arguments
guard arguments.count == 4, let pattern = Pattern(rawValue: arguments[1]),
    let consumers = Int(arguments[2]), let seconds = Int64(arguments[3])
else { preconditionFailure("FanOut burst8|live CONSUMERS SECONDS") }

var stage = try Stage.set(consumers: consumers)
let warming = stage.feed(pattern, seconds: 3)
let feed = stage.feed(pattern, seconds: seconds)
stage.warm(with: warming)
print("packets \(stage.measure(feed))")
