import Foundation
import TestSupport
import Testing

/// Folders and files with any names, and links to folders.
@Suite struct PathTests {
    let command: Command

    init() throws {
        command = try Command()
    }

    /// A run's folder whose name is in Latin-1.
    @Test func namesThatAreNotUTF8() throws {
        let trained = try command.shell(
            """
            run=$(printf 'caf\\351') && "$GAN" train --run "$run" --train-times 1 \
            && "$GAN" train --run "$run" --resume --train-times 2 && ls log/"$run"
            """)
        #expect(trained.status == 0, "\(trained.errors)")
        #expect(trained.output.contains("model.ckpt-14.index"))

        // Found without being named, and from below.
        let again = try command.shell("\"$GAN\" train --resume --train-times 3")
        #expect(again.status == 0, "\(again.errors)")
        let listed = try command.shell(
            "\"$GAN\" log check log && \"$GAN\" log list log/$(printf 'caf\\351')")
        #expect(listed.status == 0, "\(listed.errors)")
        #expect(listed.output.contains(" generator_loss "))

        let sampled = try command.shell(
            """
            out=$(printf 'a\\377.npy') && "$GAN" sample --count 2 --out "$out" \
            --checkpoint log/$(printf 'caf\\351') && "$GAN" sample --noise "$out" --out b.npy \
            --checkpoint log/$(printf 'caf\\351'); test -s "$out"
            """)
        #expect(sampled.status == 0, "\(sampled.errors)")
        #expect(sampled.errors.contains("a\u{fffd}.npy, byte 6"), "\(sampled.errors)")
        let exported = try command.run("log", "export", "--csv", "-", "log")
        #expect(exported.output.contains("\ncaf\u{fffd},generator_loss,"), "\(exported.output)")
    }

    /// The search for the run that was saved last ends, and finds it under its own name.
    @Test(.timeLimit(.minutes(2))) func linksBetweenFolders() throws {
        _ = try command.run("train", "--run", "r/s", "--train-times", "1")
        let made = try command.shell(
            """
            cd log && ln -s . all && ln -s .. r/up && ln -s r/s another
            for i in 0 1 2 3 4 5 6 7 8 9; do mkdir f$i; done
            for i in 0 1 2 3 4 5 6 7 8 9; do for j in 0 1 2 3 4 5 6 7 8 9; do
                ln -s ../f$j f$i/l$j; done; done
            """)
        #expect(made.status == 0, "\(made.errors)")
        let resumed = try command.run("train", "--resume", "--train-times", "2")
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(
            resumed.output.contains("\nresumed after pass 1, from log/r/s/model.ckpt-7\n"),
            "\(resumed.output)")
    }

    /// Noise comes through a pipe, too; one that nobody writes into is not waited for.
    @Test(.timeLimit(.minutes(2))) func pipes() throws {
        let outcome = try command.shell(
            """
            "$GAN" train --run r --train-times 1 > /dev/null && \
            "$GAN" fetch --checkpoint log/r --out f generator/output/Sigmoid:0 > /dev/null && \
            mkfifo pipe data && python3 - <<'PYTHON' && cat z.npy | \
            "$GAN" sample --checkpoint log/r --noise /dev/stdin --out a.npy && \
            { cat z.npy > pipe & "$GAN" sample --checkpoint log/r --noise pipe --out b.npy; } && \
            cmp a.npy b.npy
            header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 20), }".ljust(117) + "\\n"
            data = b"\\x93NUMPY\\1\\0" + len(header).to_bytes(2, "little") + header.encode()
            open("z.npy", "wb").write(data + bytes(160))
            PYTHON
            """)
        #expect(outcome.status == 0, "\(outcome.errors)")
        for (arguments, message) in [
            (
                ["sample", "--checkpoint", "log/r", "--noise", "pipe", "--out", "c.npy"],
                "gan: pipe: is a pipe that nothing writes into; start its writer first\n"
            ),
            (
                ["sample", "--checkpoint", "log/r", "--noise", "/dev/zero", "--out", "c.npy"],
                "gan: /dev/zero: is a device, not a file; check the path\n"
            ),
            (
                ["train", "--data", "data"],
                "gan: data: is not a folder; name the folder that MNIST's four files are in\n"
            ),
            (
                ["sample", "--checkpoint", "pipe", "--out", "c.npy"],
                "gan: pipe: is a pipe, not a file; check the path\n"
            ),
        ] {
            let outcome = try command.run(arguments)
            #expect(outcome.status == 1)
            #expect(outcome.errors == message)
        }
        #expect(try !command.names().contains("c.npy"))
    }

    /// Beyond the limit on files' sizes nothing is left behind, and nothing that was there is lost.
    @Test func aFileSizeLimit() throws {
        _ = try command.run("train", "--run", "r", "--train-times", "1")
        try command.write("before", to: "a.npy")
        try command.write("before", to: "a.png")
        for name in ["a.npy", "a.png"] {
            let outcome = try command.shell(
                "ulimit -f 8; \"$GAN\" sample --checkpoint log/r --count 200 --out \(name)")
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("\(name): cannot write: File too large; raise"))
            #expect(try command.folder.read(name) == Array("before".utf8))
        }
        for arguments in [
            "log export --csv a.csv log", "log export --csv - log > b.csv",
            "log list log > c.txt", "log export --images i log", "log repair log --to o",
        ] {
            let outcome = try command.shell("ulimit -f 1; \"$GAN\" \(arguments)")
            #expect(
                outcome.status == 0 || outcome.errors.contains("File too large"), "\(arguments)")
            #expect(outcome.status <= 1, "\(arguments): \(outcome.status) \(outcome.errors)")
        }
        #expect(try !command.names().contains { $0.contains(".tmp-") })
        // No part of a file has its name.
        if let text = try? command.folder.read("a.csv") { #expect(text.last == 0x0a) }
        let enumerator = FileManager.default.enumerator(atPath: command.folder.path(of: "i"))
        let pictures = (enumerator?.allObjects as? [String] ?? []).filter { $0.hasSuffix(".png") }
        for picture in pictures {
            #expect(try command.folder.read("i/\(picture)").suffix(8).starts(with: "IEND".utf8))
        }
    }

    /// A link that leads nowhere is called that.
    @Test func aLinkToNothing() throws {
        try FileManager.default.createSymbolicLink(
            atPath: command.folder.path(of: "link"), withDestinationPath: "gone")
        for (arguments, rest) in [
            (["log", "list", "link"], "; name one that holds logs"),
            (["log", "check", "link"], "; name one that holds logs"),
            (["log", "tail", "link"], "; name one that holds logs"),
            (["log", "export", "link", "--csv", "-"], "; name one that holds logs"),
            (["train", "--data", "link"], "; tools/fetch-mnist link downloads MNIST"),
            (
                ["sample", "--checkpoint", "link", "--out", "a.npy"],
                "; name the files without their endings, such as log/model.ckpt-100"
            ),
        ] {
            let outcome = try command.run(arguments)
            #expect(outcome.status == 1)
            #expect(outcome.errors == "gan: link: a link to gone, where there is nothing\(rest)\n")
        }
    }

    /// One that is to lead to what is written, or to what is gone on with.
    @Test func aLinkToNothingForResults() throws {
        _ = try command.run("train", "--run", "r", "--train-times", "1")
        for name in ["link", "link.png", "link.npy", "link.csv", "m.index"] {
            try FileManager.default.createSymbolicLink(
                atPath: command.folder.path(of: name), withDestinationPath: "gone/away")
        }
        let nothing = "a link to gone/away, where there is nothing"
        let made = "; make what it leads to, or choose another path"
        let fetch = [
            "fetch", "--checkpoint", "log/r", "--count", "2", "generator/output/Sigmoid:0",
        ]
        let sample = ["sample", "--checkpoint", "log/r", "--count", "2", "--out"]
        for (arguments, message) in [
            (["log", "repair", "log", "--to", "link"], "link: cannot create: \(nothing)\(made)"),
            (
                ["log", "repair", "log", "--to", "link/new"],
                "link: cannot create: \(nothing)\(made)"
            ),
            (
                ["log", "export", "log", "--images", "link"],
                "link: cannot create: \(nothing)\(made)"
            ),
            (
                ["log", "export", "log", "--csv", "link.csv"],
                "link.csv: cannot be written: \(nothing); choose another place"
            ),
            (
                ["log", "export", "log", "--json", "link/a.json"],
                "link/a.json: cannot be written: link is \(nothing); choose another place"
            ),
            (fetch + ["--out", "link"], "link: cannot create: \(nothing)\(made)"),
            (sample + ["link.png"], "link.png: cannot create: \(nothing)\(made)"),
            (sample + ["link.npy"], "link.npy: cannot create: \(nothing)\(made)"),
            (sample + ["link/a.png"], "link/a.png: cannot create: link is \(nothing)\(made)"),
            (
                ["train", "--resume", "--logdir", "link"],
                "link: \(nothing); name the folder of runs by --logdir"
            ),
            (
                ["train", "--resume", "--logdir", "link", "--run", "r"],
                "link/r: no such folder: link is \(nothing); name a run's folder in link by --run"
            ),
            (
                ["train", "--resume-from", "link/model.ckpt-1"],
                "link: \(nothing); name a checkpoint of a run in log"
            ),
            (
                ["sample", "--checkpoint", "link/m", "--out", "a.npy"],
                "link/m: no such checkpoint: link is \(nothing); name the files without their "
                    + "endings, such as log/model.ckpt-100"
            ),
            (
                ["sample", "--checkpoint", "m", "--out", "a.npy"],
                "m: its index is \(nothing); name the files without their endings, such as "
                    + "log/model.ckpt-100"
            ),
            (
                ["train", "--data", "link/mnist"],
                "link/mnist: no such folder: link is \(nothing); tools/fetch-mnist link/mnist "
                    + "downloads MNIST"
            ),
        ] {
            let outcome = try command.run(arguments)
            #expect(outcome.status == 1, "\(arguments)")
            #expect(outcome.errors.contains("gan: \(message)\n"), "\(arguments)\n\(outcome.errors)")
        }
        // Where the folder is there, the file is made, and the links stay.
        try command.write("", to: "gone/here")
        #expect(try command.run(sample + ["link.png"]).status == 0)
        #expect(try command.folder.read("gone/away").starts(with: [0x89, 0x50, 0x4e, 0x47]))
        #expect(try command.run(sample + ["link.npy"]).status == 0)
        #expect(try command.folder.read("gone/away").starts(with: [0x93, 0x4e, 0x55]))
        #expect(try command.names("gone") == ["away", "here"])
        for name in ["link.png", "link.npy"] {
            let path = command.folder.path(of: name)
            #expect(
                try FileManager.default.destinationOfSymbolicLink(atPath: path) == "gone/away")
        }
    }

    /// Slashes before a combining mark are slashes: runs and folders of that name are found.
    @Test func pathsWithCombiningMarks() throws {
        let run = "\u{301}deep/\u{302}er"
        let first = try command.run(
            "train", "--run", run, "--logdir", "log", "--train-times", "1")
        #expect(first.status == 0, "\(first.errors)")
        #expect(try command.names("log/\u{301}deep/\u{302}er").contains("checkpoint"))
        let name = try #require(
            try command.names("log/\u{301}deep/\u{302}er").last { $0.hasSuffix(".index") })
        let checkpoint = "log/\u{301}deep/\u{302}er/\(name.dropLast(".index".count))"
        let next = try command.run(
            "train", "--resume-from", checkpoint, "--train-times", "2")
        #expect(next.status == 0, "\(next.errors)")
        let fetched = try command.run(
            "fetch", "--checkpoint", checkpoint, "--out", "\u{301}out", "--count", "2",
            "generator/output/Sigmoid:0")
        #expect(fetched.status == 0, "\(fetched.errors)")
        #expect(try command.names("\u{301}out") == ["generator.output.Sigmoid.0.npy"])
    }

    /// Written over in one step, or not at all; through a link, in the file that it leads to.
    @Test func exportsOverFiles() throws {
        _ = try command.run("train", "--run", "r", "--train-times", "2")
        try command.write("before", to: "a.csv")
        try FileManager.default.createSymbolicLink(
            atPath: command.folder.path(of: "b.csv"), withDestinationPath: "c.csv")
        #expect(try command.run("log", "export", "log", "--csv", "a.csv").status == 1)
        #expect(try command.folder.read("a.csv") == Array("before".utf8))
        let cut = try command.shell(
            "(ulimit -f 0; \"$GAN\" log export log --csv a.csv --overwrite; echo $? >&2) 2>&1 | cat"
        )
        #expect(cut.output.contains("a.csv: cannot be written: File too large"))
        #expect(cut.output.hasSuffix("\n1\n"))
        #expect(try command.folder.read("a.csv") == Array("before".utf8))
        for name in ["a.csv", "b.csv"] {
            let outcome = try command.run("log", "export", "log", "--csv", name, "--overwrite")
            #expect(outcome.status == 0)
        }
        let text = try command.folder.read("a.csv")
        #expect(text.starts(with: "run,tag,step,wall_time,value\n".utf8))
        #expect(try command.folder.read("c.csv") == text)
        #expect(try command.names().filter { $0.contains("csv") } == ["a.csv", "b.csv", "c.csv"])
    }

    @Test func aTagThatIsNoCurve() throws {
        _ = try command.run("train", "--run", "r", "--train-times", "1")
        let outcome = try command.run("log", "export", "log", "--csv", "-", "--tag", "G_z_image*")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("is of the kind images; --images writes them as files"))
    }

    /// One output that cannot be written does not take the others with it.
    @Test func oneOutputThatFails() throws {
        _ = try command.run("train", "--run", "r", "--train-times", "3")
        _ = try command.run("log", "export", "log", "--csv", "all.csv", "--images", "all")
        let outcome = try command.run(
            "log", "export", "log", "--csv", "a.csv", "--json", "gone/a.json", "--images", "some")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("gone/a.json"))
        #expect(try command.folder.read("a.csv") == command.folder.read("all.csv"))
        func images(_ folder: String) -> [String] {
            let all = FileManager.default.enumerator(atPath: command.folder.path(of: folder))
            return (all?.allObjects as? [String] ?? []).sorted()
        }
        #expect(images("some") == images("all") && images("all").count > 3)
        #expect(
            try command.run("log", "export", "log", "--csv", "b", "--json", "b").status == 64)
    }
}
