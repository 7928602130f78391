// CWasmtime
