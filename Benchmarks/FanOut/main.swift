import Ciphers

// FanOut burst8|live CONSUMERS SECONDS [gcm|cm [BACKEND]]: see Scripts/bench-gate.
let arguments = CommandLine.arguments
guard arguments.count >= 4, let pattern = Pattern(rawValue: arguments[1]),
    let consumers = Int(arguments[2]), let seconds = Int64(arguments[3]),
    let sealing = SealingBackend(rawValue: arguments.count > 5 ? arguments[5] : "evp")
else { preconditionFailure("FanOut burst8|live CONSUMERS SECONDS [gcm|cm [BACKEND]]") }
let profile: SRTPProfile =
    arguments.count > 4 && arguments[4] == "cm" ? .aes128CMHMACSHA1_80 : .aeadAES128GCM

var stage = try Stage.set(consumers: consumers, profile: profile, sealing: sealing)
let warming = stage.feed(pattern, seconds: 3)
let feed = stage.feed(pattern, seconds: seconds)
stage.warm(with: warming)
print("packets \(stage.measure(feed))")
