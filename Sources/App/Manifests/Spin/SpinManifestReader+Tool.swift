import AppModel

// [component.<id>.tool.martlet]: what Spin ignores and Martlet reads.
extension SpinManifestReader {
    /// The key, where its value goes, and the values it may have.
    private struct Limit {
        enum Kind { case bytes, count }

        let key: String
        let path: WritableKeyPath<ComponentLimitOverrides, Int?>
        let kind: Kind
        let range: ClosedRange<Int>
    }

    /// A memory may have 4 GiB; counts are those the engine can be asked for.
    private static var limitKeys: [Limit] {
        [
            Limit(key: "memory-max", path: \.memoryBytesMax, kind: .bytes, range: 65536...(4 << 30)),
            Limit(key: "table-elements-max", path: \.tableElementsMax, kind: .count, range: 0...10_000_000),
            Limit(key: "instances-max", path: \.instancesMax, kind: .count, range: 1...1000),
            Limit(key: "memories-max", path: \.memoriesMax, kind: .count, range: 0...1000),
            Limit(key: "tables-max", path: \.tablesMax, kind: .count, range: 0...1000),
            Limit(key: "open-files-max", path: \.openFilesMax, kind: .count, range: 3...65536),
            Limit(key: "request-body-max", path: \.requestBodyBytesMax, kind: .bytes, range: 0...(1 << 40)),
            Limit(key: "response-body-max", path: \.responseBodyBytesMax, kind: .bytes, range: 0...(1 << 40)),
            Limit(
                key: "response-header-max", path: \.responseHeaderBytesMax, kind: .bytes,
                range: 256...(16 << 20)),
            Limit(key: "log-max", path: \.logBytesMax, kind: .bytes, range: 0...(1 << 30)),
            Limit(key: "reuse-max", path: \.reuseMax, kind: .count, range: 1...1_000_000),
            Limit(key: "reuse-concurrency-max", path: \.reuseConcurrencyMax, kind: .count, range: 1...1000),
            Limit(
                key: "reuse-memory-growth-max", path: \.reuseMemoryGrowthMax, kind: .bytes,
                range: 0...(4 << 30)),
        ]
    }

    private static var durationKeys:
        [(key: String, path: WritableKeyPath<ComponentLimitOverrides, Duration?>)]
    {
        [("cpu-budget", \.cpuBudget), ("deadline", \.deadline), ("reuse-idle-max", \.reuseIdleMax)]
    }

    func readTools(_ table: TableReader, into component: inout Component) {
        checkTools(table)
        guard let tool = table.table("tool")?.table("martlet") else { return }
        let limits = Self.limitKeys
        tool.allow(only: Self.durationKeys.map(\.key) + limits.map(\.key) + ["source-digest", "folders"])
        for limit in limits {
            if let value = number(tool, limit) { component.limitOverrides[keyPath: limit.path] = value }
        }
        for (key, path) in Self.durationKeys {
            guard let text = tool.string(key) else { continue }
            if let duration = Quantities.duration(text), duration >= .milliseconds(1) {
                component.limitOverrides[keyPath: path] = duration
            } else {
                tool.error("must be a time of at least 1ms such as \"250ms\", \"10s\", \"5m\" or \"1h\"", key)
            }
        }
        if let digest = tool.string("source-digest") { component.source.sha256 = sha256(digest, tool) }
        if resolvesFiles { component.files += folders(tool, beside: component.files) }
    }

    private func number(_ tool: TableReader, _ limit: Limit) -> Int? {
        guard let entry = tool[limit.key] else { return nil }
        let value: Int? =
            switch (entry.node.value, limit.kind) {
            case (.integer(let number), _): number
            case (.string(let text), .bytes): Quantities.bytes(text)
            default: nil
            }
        if let value, limit.range.contains(value) { return value }
        let example = limit.kind == .bytes ? ", in bytes or as in \"64MiB\"" : ""
        tool.error(
            "must be from \(limit.range.lowerBound) to \(limit.range.upperBound)\(example)", limit.key)
        return nil
    }

    private func sha256(_ text: String, _ tool: TableReader) -> String? {
        let digits = text.dropFirst("sha256:".count)
        guard text.hasPrefix("sha256:"), digits.count == 64,
            digits.allSatisfy({ $0.isASCII && $0.isHexDigit })
        else {
            tool.error("must be \"sha256:\" and 64 hexadecimal digits", "source-digest")
            return nil
        }
        return digits.lowercased()
    }

    /// Folders that the guest sees as they are, and may change where the manifest says so.
    private func folders(_ tool: TableReader, beside mounts: [FileMount]) -> [FileMount] {
        var taken = Set(mounts.map(\.guestPath))
        return tool.nodes("folders", expected: "an array of { source, destination, writable } tables")
            .compactMap {
                item in
                guard let table = TableReader(item.value, key: item.key, problems: problems) else {
                    return nil
                }
                table.allow(only: ["source", "destination", "writable"])
                let isWritable = table.boolean("writable") ?? false
                guard let source = table.string("source", required: "\"data\""),
                    let destination = table.string("destination", required: "\"/data\""),
                    let mount = attempt(
                        item.position, item.key,
                        { () throws(FileResolver.Refusal) in
                            try folder(source, at: destination, isWritable: isWritable)
                        })
                else { return nil }
                if taken.insert(mount.guestPath).inserted { return mount }
                table.error("something else is already at \(mount.guestPath)", "destination")
                return nil
            }
    }

    private func folder(
        _ source: String, at destination: String, isWritable: Bool
    ) throws(FileResolver.Refusal) -> FileMount {
        let guestPath = try FileResolver.guestPath(destination)
        let hostPath = try files.path(source)
        guard Files.kind(of: hostPath) == .folder else {
            throw FileResolver.Refusal(sentence: "there is no folder \(source)")
        }
        return FileMount(
            hostPath: hostPath, guestPath: guestPath, kind: .folder,
            access: isWritable ? .readWrite : .readOnly)
    }
}
