extension SpinDefinitions {
    static let spinPostgres3 = """
        package spin:postgres@3.0.0;
        interface postgres {
          variant error { connection-failed(string), bad-parameter(string), query-failed(string),
            value-conversion-failed(string), other(string) }
          enum db-data-type { boolean, int8, int16, int32, int64, floating32, floating64, str, binary, date,
            time, datetime, timestamp, other }
          variant db-value { boolean(bool), int8(s8), int16(s16), int32(s32), int64(s64), floating32(f32),
            floating64(f64), str(string), binary(list<u8>), date(tuple<s32, u8, u8>), time(tuple<u8, u8, u8,
            u32>), datetime(tuple<s32, u8, u8, u8, u8, u8, u32>), timestamp(s64), db-null, unsupported }
          variant parameter-value { boolean(bool), int8(s8), int16(s16), int32(s32), int64(s64),
            floating32(f32), floating64(f64), str(string), binary(list<u8>), date(tuple<s32, u8, u8>),
            time(tuple<u8, u8, u8, u32>), datetime(tuple<s32, u8, u8, u8, u8, u8, u32>), timestamp(s64),
            db-null }
          record column { name: string, data-type: db-data-type }
          type row = list<db-value>;
          record row-set { columns: list<column>, rows: list<row> }
          resource connection {
            open: static func(address: string) -> result<connection, error>;
            query: func(statement: string, params: list<parameter-value>) -> result<row-set, error>;
            execute: func(statement: string, params: list<parameter-value>) -> result<u64, error>;
          }
        }
        """

    static let spinPostgres4 = """
        package spin:postgres@4.2.0;
        interface postgres {
          variant error { connection-failed(string), bad-parameter(string), query-failed(query-error),
            value-conversion-failed(string), other(string) }
          variant query-error { text(string), db-error(db-error) }
          record db-error { as-text: string, severity: string, code: string, message: string,
            detail: option<string>, extras: list<tuple<string, string>> }
          variant db-data-type { boolean, int8, int16, int32, int64, floating32, floating64, str, binary,
            date, time, datetime, timestamp, uuid, jsonb, decimal, range-int32, range-int64, range-decimal,
            array-int32, array-int64, array-decimal, array-str, interval, other(string) }
          variant db-value { boolean(bool), int8(s8), int16(s16), int32(s32), int64(s64), floating32(f32),
            floating64(f64), str(string), binary(list<u8>), date(tuple<s32, u8, u8>), time(tuple<u8, u8, u8,
            u32>), datetime(tuple<s32, u8, u8, u8, u8, u8, u32>), timestamp(s64), uuid(string),
            jsonb(list<u8>), decimal(string), range-int32(tuple<option<tuple<s32, range-bound-kind>>,
            option<tuple<s32, range-bound-kind>>>), range-int64(tuple<option<tuple<s64, range-bound-kind>>,
            option<tuple<s64, range-bound-kind>>>), range-decimal(tuple<option<tuple<string,
            range-bound-kind>>, option<tuple<string, range-bound-kind>>>), array-int32(list<option<s32>>),
            array-int64(list<option<s64>>), array-decimal(list<option<string>>),
            array-str(list<option<string>>), interval(interval), db-null, unsupported(list<u8>) }
          variant parameter-value { boolean(bool), int8(s8), int16(s16), int32(s32), int64(s64),
            floating32(f32), floating64(f64), str(string), binary(list<u8>), date(tuple<s32, u8, u8>),
            time(tuple<u8, u8, u8, u32>), datetime(tuple<s32, u8, u8, u8, u8, u8, u32>), timestamp(s64),
            uuid(string), jsonb(list<u8>), decimal(string), range-int32(tuple<option<tuple<s32,
            range-bound-kind>>, option<tuple<s32, range-bound-kind>>>), range-int64(tuple<option<tuple<s64,
            range-bound-kind>>, option<tuple<s64, range-bound-kind>>>),
            range-decimal(tuple<option<tuple<string, range-bound-kind>>, option<tuple<string,
            range-bound-kind>>>), array-int32(list<option<s32>>), array-int64(list<option<s64>>),
            array-decimal(list<option<string>>), array-str(list<option<string>>), interval(interval),
            db-null }
          record interval { micros: s64, days: s32, months: s32 }
          record column { name: string, data-type: db-data-type }
          type row = list<db-value>;
          record row-set { columns: list<column>, rows: list<row> }
          enum range-bound-kind { inclusive, exclusive }
          resource connection-builder {
            constructor(address: string);
            set-ca-root: func(certificate: string) -> result<_, error>;
            build: func() -> result<connection, error>;
            build-async: async func() -> result<connection, error>;
          }
          resource connection {
            open: static func(address: string) -> result<connection, error>;
            open-async: static async func(address: string) -> result<connection, error>;
            query: func(statement: string, params: list<parameter-value>) -> result<row-set, error>;
            query-async: async func(statement: string,
              params: list<parameter-value>) -> result<tuple<list<column>, stream<row>, future<result<_,
              error>>>, error>;
            execute: func(statement: string, params: list<parameter-value>) -> result<u64, error>;
            execute-async: async func(statement: string, params: list<parameter-value>) -> result<u64,
              error>;
          }
        }
        """

    static let keyvalue = """
        package wasi:keyvalue@0.2.0-draft2;
        interface store {
          variant error { no-such-store, access-denied, other(string) }
          record key-response { keys: list<string>, cursor: option<string> }
          open: func(identifier: string) -> result<bucket, error>;
          resource bucket {
            get: func(key: string) -> result<option<list<u8>>, error>;
            set: func(key: string, value: list<u8>) -> result<_, error>;
            delete: func(key: string) -> result<_, error>;
            exists: func(key: string) -> result<bool, error>;
            list-keys: func(cursor: option<string>) -> result<key-response, error>;
          }
        }
        interface atomics {
          use store.{bucket, error};
          variant cas-error { store-error(error), cas-failed(cas) }
          resource cas {
            new: static func(bucket: borrow<bucket>, key: string) -> result<cas, error>;
            current: func() -> result<option<list<u8>>, error>;
          }
          increment: func(bucket: borrow<bucket>, key: string, delta: s64) -> result<s64, error>;
          swap: func(cas: cas, value: list<u8>) -> result<_, cas-error>;
        }
        interface batch {
          use store.{bucket, error};
          get-many: func(bucket: borrow<bucket>, keys: list<string>) -> result<list<tuple<string,
            option<list<u8>>>>, error>;
          set-many: func(bucket: borrow<bucket>, key-values: list<tuple<string, list<u8>>>) -> result<_,
            error>;
          delete-many: func(bucket: borrow<bucket>, keys: list<string>) -> result<_, error>;
        }
        """

    static let config = """
        package wasi:config@0.2.0-draft-2024-09-27;
        interface store {
          variant error { upstream(string), io(string) }
          get: func(key: string) -> result<option<string>, error>;
          get-all: func() -> result<list<tuple<string, string>>, error>;
        }
        """
}
