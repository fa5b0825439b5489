runPacerBench()
