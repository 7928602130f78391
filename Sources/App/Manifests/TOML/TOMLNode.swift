/// A value of a TOML document with the place where it stands.
struct TOMLNode {
    indirect enum Value {
        case string(String)
        case integer(Int)
        case float(Double)
        case boolean(Bool)
        case date
        case array([TOMLNode])
        case table([TOMLEntry])
    }

    /// Where the value begins; for a table with a header, where its key stands.
    let position: TextPosition
    let value: Value

    /// What it is, for sentences: "a string".
    var kind: String {
        switch value {
        case .string: "a string"
        case .integer: "an integer"
        case .float: "a number"
        case .boolean: "a boolean"
        case .date: "a date or time"
        case .array: "an array"
        case .table: "a table"
        }
    }
}

/// A key and its value. Entries of a table keep the order of the text.
struct TOMLEntry {
    let key: String
    /// Where the key stands.
    let position: TextPosition
    let node: TOMLNode
}
