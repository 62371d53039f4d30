// What tools/compare-writers runs beside other writers:
//
//     WriterBenchmark time FOLDER   logs much, and prints how many calls there were a second
//     WriterBenchmark cost FOLDER   prints what a call costs who logs, and how that grows
//     WriterBenchmark same FOLDER   logs what tools/compare-writers.py has the others log too
import TensorBoard

let arguments = CommandLine.arguments.dropFirst()
guard arguments.count == 2, let mode = arguments.first, let folder = arguments.last else {
    print("usage: WriterBenchmark time|cost|same FOLDER")
    throw Usage()
}
switch mode {
case "time": try timeCalls(in: folder)
case "cost": try measureCosts(in: folder)
case "same": try logTheSame(in: folder)
default: throw Usage()
}

/// The arguments make no sense.
struct Usage: Error {}
