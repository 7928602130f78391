/// What is allowed to break a rule, and why. An entry that is no longer needed fails the tests, so the lists only hold
/// what is true. A path may be a file, or a folder with a slash at its end.
enum Exceptions {
    /// Files of Sources in which `unsafe` may stand.
    static let unsafe: [String: String] = [
        "Sources/Wasm/WasmEngine/": "owns the engine's C pointers, so that nobody else has any",
        "Sources/Wasm/ComponentModel/CanonicalABI/CanonicalMemoryView.swift":
            "the door to guest memory: every range is checked here",
        "Sources/Wasm/ComponentModel/CanonicalABI/CanonicalMemoryView+Text.swift":
            "the same door, for text",
        "Sources/Wasm/ComponentModel/CanonicalABI/FlatValues.swift":
            "reads and writes the engine's slots of core values",
        "Sources/Wasm/ComponentRuntime/Instances/GuestMemoryAccess.swift":
            "lends the engine's slots and memories to the canonical ABI, which checks every access",
        "Sources/Wasm/ComponentRuntime/Instances/Uncounted.swift":
            "references of what is owned to its owner, which are not counted",
        "Sources/Hosts/HostSystem/SystemCall.swift": "the door to the system: pointers live for one call",
        "Sources/Hosts/HostSystem/SystemCall+Data.swift": "the same door, for reading and writing",
        "Sources/Hosts/HostSystem/SystemCall+Names.swift": "the same door, for names of hosts",
        "Sources/Hosts/WASIHTTP/Fields/HTTPFieldValue.swift": "copies between text and a span",
        "Sources/Hosts/HostSystem/SystemCall+Sockets.swift": "the same door, for sockets",
        "Sources/Hosts/HostSystem/ByteSpans.swift": "arrays of bytes as raw spans, for the time of one call",
        "Sources/Wasm/ComponentRuntime/Tasks/DirectFrame.swift":
            "the slots of a call that goes straight through, for the time of that call",
        "Sources/Wasm/ComponentRuntime/Channels/HostByteStream.swift":
            "copies between a ByteBuffer and a span",
        "Sources/Hosts/HostSystem/MemoryStreams.swift": "copies between a ByteBuffer and a span",
        "Sources/Work/HTTPServer/AccessLogWriter.swift": "writes a buffer's bytes to a descriptor",
        "Sources/Work/HTTPServer/FieldRules.swift": "compares with the bytes of a StaticString",
        "Sources/Work/HTTPServer/HeadBytes.swift": "copies texts into room that was made for them",
        "Sources/Work/HTTPServer/RequestID.swift": "fills a small string in place, without an allocation",
        "Sources/Programs/Assembly/Serving/OpenFiles.swift": "asks the system for a limit, and raises it",
        "Sources/Programs/Assembly/Serving/StopSignals.swift": "takes over two signals of the process",
        "Sources/Work/HTTPServer/WallClock.swift": "asks the system for the time of day",
    ]

    /// Files in which `@unchecked Sendable` may stand.
    static let uncheckedSendable: [String: String] = [
        "Sources/Work/HTTPServer/LoopState.swift": "its state is touched on its own event loop only"
    ]

    /// Files in which the process may be ended over a programmer's error.
    static let fatalErrors: [String: String] = [
        "Package.swift": "an upward arrow between layers has to stop the build with a sentence"
    ]

    /// Files that may block a thread for a time.
    static let blockingWaits: [String: String] = [
        "Sources/Wasm/WasmEngine/Engine/EpochTicker.swift":
            "the ticker's own thread does nothing but wait and tick"
    ]

    /// Functions longer than the limit, as `path name`, and how long they may be. The number only ever goes down.
    static let longFunctions: [String: Int] = [:]

    /// What test folders beside those of the layers table may import, beyond Testing.
    static let modulesOfOtherTests: [String: Set<String>] = [
        "TidyTests": [],
        "EndToEndTests": [
            "AppModel", "AppRuntime", "HTTPServer", "HTTPTrigger", "HostSystem", "OutboundHTTP", "WasmEngine",
            "Logging", "NIOCore", "NIOHPACK", "NIOHTTP2", "NIOPosix", "NIOSSL", "TestSupport",
        ],
        "TestSupport": ["NIOCore", "NIOPosix", "NIOSSL"],
    ]

    /// Guests whose test is still to come, with the module whose tests it belongs to.
    static let unusedGuests: [String: String] = [
        "http-reflect": "scripts/differential serves it, which scripts/test runs"
    ]
}
