import TestSupport
import Testing

/// The whole help texts of what judges and exports, as a terminal of 80 columns shows them.
@Suite(.waiting) struct QualityHelpTests {
    @Test func ofJudging() throws {
        #expect(
            try HelpTests().help("judge") == """
                OVERVIEW: Say how good images are: those of a checkpoint, or of any other
                program.

                A small classifier, trained by gan train-judge on MNIST and built in, compares
                what it sees in the images with what it sees in MNIST's test images; or with
                --data, in other ones. frechet_distance and kernel_distance are the smaller the
                better; classifier_score, classes and coverage the greater; density is about 1
                for real images.

                USAGE: gan judge (--checkpoint <prefix> | --images <path>) [<options>]

                OPTIONS:
                  --checkpoint <prefix>   Judge samples of this checkpoint: its files' path
                                          without their endings, such as log/first/best; or a
                                          run's folder for its newest, or the folder of all
                                          runs for that of the run saved last.
                  --images <path>         Judge these images: an array of NumPy's, [n, 28, 28]
                                          or [n, 784], in 0...1 or 0...255; or a folder of PNG
                                          images, or of MNIST's files, whose training images
                                          they are then.
                  --data <folder>         Compare with the test images in this folder, as gan
                                          train --data takes it. (default: MNIST's, as the
                                          judge has kept them)
                  --judge <file>          Another judge, which gan train-judge made. (default:
                                          the one built in)
                  --count <n>             Samples of a checkpoint to judge. (default: 10000)
                  --seed <n>              Where the noise of a checkpoint's samples starts.
                                          (default: 0)
                  --threads <n>           Threads to compute with. (default: the fastest)
                  --json                  Print one line of JSON.
                \(SharedHelp.end)


                """)
    }

    @Test func ofTrainingAJudge() throws {
        #expect(
            try HelpTests().help("train-judge") == """
                OVERVIEW: Train the small classifier that says how good samples are.

                The one that is built in was made of MNIST with the default options. One of
                other images, such as Fashion-MNIST, goes to gan judge by --judge.

                USAGE: gan train-judge --data <folder> --out <file> [<options>]

                OPTIONS:
                  --data <folder>         The folder of MNIST's four files, or of others in
                                          their format, such as Fashion-MNIST's.
                  --out <file>            Where it goes, a safetensors file.
                  --name <name>           What it calls the images. (default: MNIST)
                  --epochs <n>            How often all images are seen. (default: 16)
                  --seed <n>              Where random numbers start; the same seed gives the
                                          same judge. (default: 0)
                  --threads <n>           Threads to compute with. (default: the fastest)
                \(SharedHelp.end)


                """)
    }

    @Test func ofExportingGenerators() throws {
        #expect(
            try HelpTests().help("export") == """
                OVERVIEW: Write a checkpoint's generator for other programs: ONNX, safetensors.

                The ONNX model takes z, noise of [N, noise size], and gives images, [N, 1, 28,
                28] in 0...1; after --conditional it takes y, too, [N, classes], 1 at each
                image's class and otherwise 0. Its images are those of gan sample. The
                safetensors file has the weights of both networks under their names in the
                graph; below average/ are those that samples are made of.

                USAGE: gan export --checkpoint <prefix> [--onnx <file>] [--safetensors <file>]

                OPTIONS:
                  --checkpoint <prefix>   The checkpoint: its files' path without their
                                          endings, such as log/first/best; or a run's folder
                                          for its newest, or the folder of all runs for that of
                                          the run saved last.
                  --onnx <file>           Write the generator as an ONNX model.
                  --safetensors <file>    Write the weights as a safetensors file.
                \(SharedHelp.end)


                """)
    }
}
