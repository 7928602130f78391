/// A table while its document is read: what may still be added depends on how it came to be.
final class TOMLTableBuilder {
    /// How a table came to be (TOML 1.0, "Table" and "Inline Table").
    enum Origin {
        /// As a part of a longer header; a header of its own may follow.
        case implied
        /// By a header of its own.
        case header
        /// As a part of a dotted key; only dotted keys beside it may add to it.
        case dotted
        /// In braces; complete.
        case inline
    }

    indirect enum Value {
        case scalar(TOMLNode.Value)
        case array([Item])
        case table(TOMLTableBuilder)
        case tables([TOMLTableBuilder])
    }

    struct Item {
        let offset: Int
        let value: Value
    }

    private struct Entry {
        let key: String
        let keyOffset: Int
        var item: Item
    }

    var origin: Origin
    let offset: Int
    private var entries: [Entry] = []
    private var places: [String: Int] = [:]

    init(origin: Origin, offset: Int) {
        self.origin = origin
        self.offset = offset
    }

    subscript(key: String) -> Value? { places[key].map { entries[$0].item.value } }

    /// Adds an absent key.
    func add(_ key: String, at keyOffset: Int, _ item: Item) {
        places[key] = entries.count
        entries.append(Entry(key: key, keyOffset: keyOffset, item: item))
    }

    /// Appends to an array of tables that is there, or adds one.
    func append(_ table: TOMLTableBuilder, to key: String, at keyOffset: Int) {
        guard let place = places[key], case .tables(var tables) = entries[place].item.value else {
            return add(key, at: keyOffset, Item(offset: keyOffset, value: .tables([table])))
        }
        let offset = entries[place].item.offset
        // Emptied first, so that the array is not copied for each element.
        entries[place].item = Item(offset: offset, value: .tables([]))
        tables.append(table)
        entries[place].item = Item(offset: offset, value: .tables(tables))
    }

    /// The finished table.
    func node(_ lines: TextLines) -> TOMLNode {
        let finished = entries.map { entry in
            TOMLEntry(
                key: entry.key, position: lines.position(of: entry.keyOffset),
                node: Self.node(entry.item, lines))
        }
        return TOMLNode(position: lines.position(of: offset), value: .table(finished))
    }

    private static func node(_ item: Item, _ lines: TextLines) -> TOMLNode {
        let position = lines.position(of: item.offset)
        switch item.value {
        case .scalar(let value): return TOMLNode(position: position, value: value)
        case .array(let items):
            return TOMLNode(position: position, value: .array(items.map { node($0, lines) }))
        case .table(let table): return table.node(lines)
        case .tables(let tables):
            return TOMLNode(position: position, value: .array(tables.map { $0.node(lines) }))
        }
    }
}
