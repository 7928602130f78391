/// The interfaces of Spin, as WIT.
enum SpinDefinitions {
    /// The same in both versions.
    private static let llm = """
        interface llm {
          type inferencing-model = string;
          record inferencing-params { max-tokens: u32, repeat-penalty: f32,
            repeat-penalty-last-n-token-count: u32, temperature: f32, top-k: u32, top-p: f32 }
          variant error { model-not-supported, runtime-error(string), invalid-input(string) }
          record inferencing-result { text: string, usage: inferencing-usage }
          record inferencing-usage { prompt-token-count: u32, generated-token-count: u32 }
          infer: func(model: inferencing-model, prompt: string,
            params: option<inferencing-params>) -> result<inferencing-result, error>;
          type embedding-model = string;
          generate-embeddings: func(model: embedding-model, text: list<string>) -> result<embeddings-result,
            error>;
          record embeddings-result { embeddings: list<list<f32>>, usage: embeddings-usage }
          record embeddings-usage { prompt-token-count: u32 }
        }
        """

    /// Types of `rdbms-types` that both versions have.
    private static let databaseTypes = """
          enum db-data-type { boolean, int8, int16, int32, int64, uint8, uint16, uint32, uint64, floating32,
            floating64, str, binary, other }
          variant db-value { boolean(bool), int8(s8), int16(s16), int32(s32), int64(s64), uint8(u8),
            uint16(u16), uint32(u32), uint64(u64), floating32(f32), floating64(f64), str(string),
            binary(list<u8>), db-null, unsupported }
          variant parameter-value { boolean(bool), int8(s8), int16(s16), int32(s32), int64(s64), uint8(u8),
            uint16(u16), uint32(u32), uint64(u64), floating32(f32), floating64(f64), str(string),
            binary(list<u8>), db-null }
          record column { name: string, data-type: db-data-type }
          type row = list<db-value>;
          record row-set { columns: list<column>, rows: list<row> }
        """

    static let fermyon1 = """
        package fermyon:spin;
        interface config {
          get-config: func(key: string) -> result<string, error>;
          variant error { provider(string), invalid-key(string), invalid-schema(string), other(string) }
        }
        interface http-types {
          type http-status = u16;
          type body = list<u8>;
          type headers = list<tuple<string, string>>;
          type params = list<tuple<string, string>>;
          type uri = string;
          enum method { get, post, put, delete, patch, head, options }
          record request { method: method, uri: uri, headers: headers, params: params, body: option<body> }
          record response { status: http-status, headers: option<headers>, body: option<body> }
          enum http-error { success, destination-not-allowed, invalid-url, request-error, runtime-error,
            too-many-requests }
        }
        interface http {
          use http-types.{request, response, http-error};
          send-request: func(req: request) -> result<response, http-error>;
        }
        interface inbound-http {
          use http-types.{request, response};
          handle-request: func(req: request) -> response;
        }
        interface inbound-redis {
          use redis-types.{payload, error};
          handle-message: func(message: payload) -> result<_, error>;
        }
        interface key-value {
          type store = u32;
          variant error { store-table-full, no-such-store, access-denied, invalid-store, no-such-key,
            io(string) }
          open: func(name: string) -> result<store, error>;
          get: func(store: store, key: string) -> result<list<u8>, error>;
          set: func(store: store, key: string, value: list<u8>) -> result<_, error>;
          delete: func(store: store, key: string) -> result<_, error>;
          exists: func(store: store, key: string) -> result<bool, error>;
          get-keys: func(store: store) -> result<list<string>, error>;
          close: func(store: store);
        }
        \(llm)
        interface mysql {
          use rdbms-types.{parameter-value, row-set};
          variant mysql-error { success, connection-failed(string), bad-parameter(string),
            query-failed(string), value-conversion-failed(string), other-error(string) }
          query: func(address: string, statement: string, params: list<parameter-value>) -> result<row-set,
            mysql-error>;
          execute: func(address: string, statement: string, params: list<parameter-value>) -> result<_,
            mysql-error>;
        }
        interface postgres {
          use rdbms-types.{parameter-value, row-set};
          variant pg-error { success, connection-failed(string), bad-parameter(string),
            query-failed(string), value-conversion-failed(string), other-error(string) }
          query: func(address: string, statement: string, params: list<parameter-value>) -> result<row-set,
            pg-error>;
          execute: func(address: string, statement: string, params: list<parameter-value>) -> result<u64,
            pg-error>;
        }
        interface rdbms-types {
        \(databaseTypes)
        }
        interface redis-types {
          enum error { success, error }
          type payload = list<u8>;
          variant redis-parameter { int64(s64), binary(payload) }
          variant redis-result { nil, status(string), int64(s64), binary(payload) }
        }
        interface redis {
          use redis-types.{payload, redis-parameter, redis-result, error};
          publish: func(address: string, channel: string, payload: payload) -> result<_, error>;
          get: func(address: string, key: string) -> result<payload, error>;
          set: func(address: string, key: string, value: payload) -> result<_, error>;
          incr: func(address: string, key: string) -> result<s64, error>;
          del: func(address: string, keys: list<string>) -> result<s64, error>;
          sadd: func(address: string, key: string, values: list<string>) -> result<s64, error>;
          smembers: func(address: string, key: string) -> result<list<string>, error>;
          srem: func(address: string, key: string, values: list<string>) -> result<s64, error>;
          execute: func(address: string, command: string,
            arguments: list<redis-parameter>) -> result<list<redis-result>, error>;
        }
        interface sqlite {
          type connection = u32;
          variant error { no-such-database, access-denied, invalid-connection, database-full, io(string) }
          open: func(database: string) -> result<connection, error>;
          execute: func(conn: connection, statement: string,
            parameters: list<value>) -> result<query-result, error>;
          close: func(conn: connection);
          record query-result { columns: list<string>, rows: list<row-result> }
          record row-result { values: list<value> }
          variant value { integer(s64), real(f64), text(string), blob(list<u8>), null }
        }
        """

    static let fermyon2 = """
        package fermyon:spin@2.0.0;
        interface key-value {
          resource store {
            open: static func(label: string) -> result<store, error>;
            get: func(key: string) -> result<option<list<u8>>, error>;
            set: func(key: string, value: list<u8>) -> result<_, error>;
            delete: func(key: string) -> result<_, error>;
            exists: func(key: string) -> result<bool, error>;
            get-keys: func() -> result<list<string>, error>;
          }
          variant error { store-table-full, no-such-store, access-denied, other(string) }
        }
        interface mqtt {
          variant error { invalid-address, too-many-connections, connection-failed(string), other(string) }
          enum qos { at-most-once, at-least-once, exactly-once }
          resource connection {
            open: static func(address: string, username: string, password: string,
              keep-alive-interval-in-secs: u64) -> result<connection, error>;
            publish: func(topic: string, payload: payload, qos: qos) -> result<_, error>;
          }
          type payload = list<u8>;
        }
        interface mysql {
          use rdbms-types.{parameter-value, row-set, error};
          resource connection {
            open: static func(address: string) -> result<connection, error>;
            query: func(statement: string, params: list<parameter-value>) -> result<row-set, error>;
            execute: func(statement: string, params: list<parameter-value>) -> result<_, error>;
          }
        }
        interface postgres {
          use rdbms-types.{parameter-value, row-set, error};
          resource connection {
            open: static func(address: string) -> result<connection, error>;
            query: func(statement: string, params: list<parameter-value>) -> result<row-set, error>;
            execute: func(statement: string, params: list<parameter-value>) -> result<u64, error>;
          }
        }
        interface rdbms-types {
          variant error { connection-failed(string), bad-parameter(string), query-failed(string),
            value-conversion-failed(string), other(string) }
        \(databaseTypes)
        }
        interface redis {
          variant error { invalid-address, too-many-connections, type-error, other(string) }
          resource connection {
            open: static func(address: string) -> result<connection, error>;
            publish: func(channel: string, payload: payload) -> result<_, error>;
            get: func(key: string) -> result<option<payload>, error>;
            set: func(key: string, value: payload) -> result<_, error>;
            incr: func(key: string) -> result<s64, error>;
            del: func(keys: list<string>) -> result<u32, error>;
            sadd: func(key: string, values: list<string>) -> result<u32, error>;
            smembers: func(key: string) -> result<list<string>, error>;
            srem: func(key: string, values: list<string>) -> result<u32, error>;
            execute: func(command: string, arguments: list<redis-parameter>) -> result<list<redis-result>,
              error>;
          }
          type payload = list<u8>;
          variant redis-parameter { int64(s64), binary(payload) }
          variant redis-result { nil, status(string), int64(s64), binary(payload) }
        }
        interface sqlite {
          resource connection {
            open: static func(database: string) -> result<connection, error>;
            execute: func(statement: string, parameters: list<value>) -> result<query-result, error>;
          }
          variant error { no-such-database, access-denied, invalid-connection, database-full, io(string) }
          record query-result { columns: list<string>, rows: list<row-result> }
          record row-result { values: list<value> }
          variant value { integer(s64), real(f64), text(string), blob(list<u8>), null }
        }
        interface variables {
          get: func(name: string) -> result<string, error>;
          variant error { invalid-name(string), undefined(string), provider(string), other(string) }
        }
        \(llm)
        """

    static let spinKeyValue3 = """
        package spin:key-value@3.0.0;
        interface key-value {
          resource store {
            open: static async func(label: string) -> result<store, error>;
            get: async func(key: string) -> result<option<list<u8>>, error>;
            set: async func(key: string, value: list<u8>) -> result<_, error>;
            delete: async func(key: string) -> result<_, error>;
            exists: async func(key: string) -> result<bool, error>;
            get-keys: async func() -> tuple<stream<string>, future<result<_, error>>>;
          }
          variant error { store-table-full, no-such-store, access-denied, other(string) }
        }
        """

    static let spinMqtt3 = """
        package spin:mqtt@3.0.0;
        interface mqtt {
          variant error { invalid-address, too-many-connections, connection-failed(string), other(string) }
          enum qos { at-most-once, at-least-once, exactly-once }
          resource connection {
            open: static async func(address: string, username: string, password: string,
              keep-alive-interval-in-secs: u64) -> result<connection, error>;
            publish: async func(topic: string, payload: payload, qos: qos) -> result<_, error>;
          }
          type payload = list<u8>;
        }
        """

    static let spinMysql3 = """
        package spin:mysql@3.0.0;
        interface mysql {
          enum db-data-type { boolean, int8, int16, int32, int64, uint8, uint16, uint32, uint64, floating32,
            floating64, str, binary, other }
          variant db-value { boolean(bool), int8(s8), int16(s16), int32(s32), int64(s64), uint8(u8),
            uint16(u16), uint32(u32), uint64(u64), floating32(f32), floating64(f64), str(string),
            binary(list<u8>), db-null, unsupported }
          variant parameter-value { boolean(bool), int8(s8), int16(s16), int32(s32), int64(s64), uint8(u8),
            uint16(u16), uint32(u32), uint64(u64), floating32(f32), floating64(f64), str(string),
            binary(list<u8>), db-null }
          record column { name: string, data-type: db-data-type }
          variant error { connection-failed(string), bad-parameter(string), query-failed(string),
            value-conversion-failed(string), other(string) }
          type row = list<db-value>;
          resource connection {
            open: static async func(address: string) -> result<connection, error>;
            query: async func(statement: string,
              params: list<parameter-value>) -> result<tuple<list<column>, stream<row>, future<result<_,
              error>>>, error>;
            execute: async func(statement: string, params: list<parameter-value>) -> result<_, error>;
          }
        }
        """

    static let spinRedis3 = """
        package spin:redis@3.0.0;
        interface redis {
          variant error { invalid-address, too-many-connections, type-error, other(string) }
          resource connection {
            open: static async func(address: string) -> result<connection, error>;
            publish: async func(channel: string, payload: payload) -> result<_, error>;
            get: async func(key: string) -> result<option<payload>, error>;
            set: async func(key: string, value: payload) -> result<_, error>;
            incr: async func(key: string) -> result<s64, error>;
            del: async func(keys: list<string>) -> result<u32, error>;
            sadd: async func(key: string, values: list<string>) -> result<u32, error>;
            smembers: async func(key: string) -> result<list<string>, error>;
            srem: async func(key: string, values: list<string>) -> result<u32, error>;
            execute: async func(command: string,
              arguments: list<redis-parameter>) -> result<list<redis-result>, error>;
          }
          type payload = list<u8>;
          variant redis-parameter { int64(s64), binary(payload) }
          variant redis-result { nil, status(string), int64(s64), binary(payload) }
        }
        interface inbound-redis {
          use redis.{payload, error};
          handle-message: async func(message: payload) -> result<_, error>;
        }
        """

    static let spinVariables3 = """
        package spin:variables@3.0.0;
        interface variables {
          get: async func(name: string) -> result<string, error>;
          variant error { invalid-name(string), undefined(string), provider(string), other(string) }
        }
        """

    static let spinSqlite3 = """
        package spin:sqlite@3.1.0;
        interface sqlite {
          resource connection {
            open: static func(database: string) -> result<connection, error>;
            open-async: static async func(database: string) -> result<connection, error>;
            execute: func(statement: string, parameters: list<value>) -> result<query-result, error>;
            execute-async: async func(statement: string,
              parameters: list<value>) -> result<tuple<list<string>, stream<row-result>, future<result<_,
              error>>>, error>;
            last-insert-rowid: func() -> s64;
            last-insert-rowid-async: async func() -> s64;
            changes: func() -> u64;
            changes-async: async func() -> u64;
          }
          variant error { no-such-database, access-denied, invalid-connection, database-full, io(string) }
          record query-result { columns: list<string>, rows: list<row-result> }
          record row-result { values: list<value> }
          variant value { integer(s64), real(f64), text(string), blob(list<u8>), null }
        }
        """
}
