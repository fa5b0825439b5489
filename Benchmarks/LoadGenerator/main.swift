import Glibc

// LoadGenerator publish|consume, with --http HOST:PORT or --floor HOST:PORT: see Scripts/bench.
do {
    try Run(Options(CommandLine.arguments)).perform()
} catch {
    say("error \(error)")
    exit(1)
}
