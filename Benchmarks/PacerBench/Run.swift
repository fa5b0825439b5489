import Pacer
import Simulation

/// The whole of the benchmark.
func runPacerBench() {
    print("pacer")
}
