import AppModel
import ArgumentParser
import Assembly
import Manifests

// How values are written on the command line.

/// `ADDRESS:PORT`.
struct ListenArgument: ExpressibleByArgument {
    let address: ListenAddress

    init(_ address: ListenAddress) {
        self.address = address
    }

    init?(argument: String) {
        guard let address = ListenAddress(argument) else { return nil }
        self.address = address
    }

    var defaultValueDescription: String { address.description }
}

/// `HOST::GUEST[:ro]`.
struct FolderArgument: ExpressibleByArgument {
    let grant: FolderGrant

    init?(argument: String) {
        guard let grant = FolderGrant(argument) else { return nil }
        self.grant = grant
    }
}

/// `NAME=VALUE`.
struct EnvironmentArgument: ExpressibleByArgument {
    let variable: EnvironmentVariable

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else { return nil }
        variable = EnvironmentVariable(
            name: String(argument[..<equals]), value: String(argument[argument.index(after: equals)...]))
    }
}

/// A number of bytes, such as `64MiB` or `65536`.
struct ByteCountArgument: ExpressibleByArgument {
    let bytes: Int

    init?(argument: String) {
        guard let bytes = Int(argument) ?? Quantities.bytes(argument), bytes >= 0 else { return nil }
        self.bytes = bytes
    }
}

/// A time, such as `250ms` or `10s`.
struct DurationArgument: ExpressibleByArgument {
    let duration: Duration

    init?(argument: String) {
        guard let duration = Quantities.duration(argument) else { return nil }
        self.duration = duration
    }
}

/// Refuses an application that is given both by itself and with `--from`.
func refuseTwice(_ file: String?, _ from: String?) throws {
    if file != nil, from != nil {
        throw ValidationError("The application is given twice; write either FILE or --from.")
    }
}

/// Which manifest a command is about.
struct ManifestArguments: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "A manifest, or a folder with one in it (default: this folder).", valueName: "file"),
        completion: .file())
    var file: String?

    @Option(
        name: [.customShort("f"), .customLong("from")],
        help: ArgumentHelp("The manifest, another way to write FILE.", valueName: "file"),
        completion: .file())
    var from: String?

    func validate() throws { try refuseTwice(file, from) }

    var location: String { file ?? from ?? "." }
}
