// Answers with what it was asked: method, target, fields and body. wasi:http 0.2 without generated bindings: the
// canonical ABI by hand.
use std::alloc::{self, Layout};

/// Where a function that returns more than a number puts it; the first byte tells a result's or an option's cases apart.
#[repr(C, align(8))]
#[derive(Default)]
struct Returned([u32; 16]);

impl Returned {
    fn case(&self) -> u8 {
        self.0[0] as u8
    }

    /// Bytes whose address and count are the second and third word.
    unsafe fn bytes(&self) -> Vec<u8> {
        bytes(self.0[1], self.0[2])
    }
}

/// Bytes that were allocated by `cabi_realloc`, and are ours now.
unsafe fn bytes(address: u32, count: u32) -> Vec<u8> {
    if count == 0 {
        return Vec::new();
    }
    Vec::from_raw_parts(address as *mut u8, count as usize, count as usize)
}

#[link(wasm_import_module = "wasi:http/types@0.2.0")]
extern "C" {
    #[link_name = "[method]incoming-request.method"]
    fn request_method(request: u32, result: &mut Returned);
    #[link_name = "[method]incoming-request.path-with-query"]
    fn request_target(request: u32, result: &mut Returned);
    #[link_name = "[method]incoming-request.headers"]
    fn request_fields(request: u32) -> u32;
    #[link_name = "[method]incoming-request.consume"]
    fn request_body(request: u32, result: &mut Returned);
    #[link_name = "[resource-drop]incoming-request"]
    fn drop_request(request: u32);
    #[link_name = "[method]fields.entries"]
    fn field_entries(fields: u32, result: &mut Returned);
    #[link_name = "[static]fields.from-list"]
    fn fields_from_list(list: *const [usize; 4], count: usize, result: &mut Returned);
    #[link_name = "[resource-drop]fields"]
    fn drop_fields(fields: u32);
    #[link_name = "[method]incoming-body.stream"]
    fn body_stream(body: u32, result: &mut Returned);
    #[link_name = "[resource-drop]incoming-body"]
    fn drop_body(body: u32);
    #[link_name = "[constructor]outgoing-response"]
    fn new_response(fields: u32) -> u32;
    #[link_name = "[method]outgoing-response.body"]
    fn response_body(response: u32, result: &mut Returned);
    #[link_name = "[method]outgoing-body.write"]
    fn body_write(body: u32, result: &mut Returned);
    #[link_name = "[static]outgoing-body.finish"]
    fn body_finish(body: u32, has_trailers: u32, trailers: u32, result: &mut Returned);
    #[link_name = "[static]response-outparam.set"]
    fn outparam_set(out: u32, is_error: u32, response: u32, a: u32, b: u64, c: u32, d: u32, e: u32, f: u32);
}

#[link(wasm_import_module = "wasi:io/streams@0.2.0")]
extern "C" {
    #[link_name = "[method]input-stream.blocking-read"]
    fn stream_read(stream: u32, most: u64, result: &mut Returned);
    #[link_name = "[resource-drop]input-stream"]
    fn drop_input(stream: u32);
    #[link_name = "[method]output-stream.blocking-write-and-flush"]
    fn stream_write(stream: u32, bytes: *const u8, count: usize, result: &mut Returned);
    #[link_name = "[resource-drop]output-stream"]
    fn drop_output(stream: u32);
}

#[link(wasm_import_module = "wasi:io/error@0.2.0")]
extern "C" {
    #[link_name = "[resource-drop]error"]
    fn drop_error(error: u32);
}

/// # Safety
/// `old` is null, or a block that this function gave with the same alignment and a size of `old_size`.
#[no_mangle]
pub unsafe extern "C" fn cabi_realloc(old: *mut u8, old_size: usize, align: usize, size: usize) -> *mut u8 {
    if size == 0 {
        return align as *mut u8;
    }
    let block = if old_size == 0 {
        alloc::alloc(Layout::from_size_align_unchecked(size, align))
    } else {
        alloc::realloc(old, Layout::from_size_align_unchecked(old_size, align), size)
    };
    if block.is_null() {
        std::process::abort();
    }
    block
}

const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

unsafe fn method(request: u32) -> Vec<u8> {
    let mut result = Returned::default();
    request_method(request, &mut result);
    match METHODS.get(result.case() as usize) {
        Some(name) => name.as_bytes().to_vec(),
        None => result.bytes(),
    }
}

unsafe fn target(request: u32) -> Vec<u8> {
    let mut result = Returned::default();
    request_target(request, &mut result);
    if result.case() == 1 { result.bytes() } else { b"/".to_vec() }
}

unsafe fn fields(request: u32) -> Vec<[Vec<u8>; 2]> {
    let mut result = Returned::default();
    let fields = request_fields(request);
    field_entries(fields, &mut result);
    drop_fields(fields);
    let (address, count) = (result.0[0] as *mut [u32; 4], result.0[1] as usize);
    if count == 0 {
        return Vec::new();
    }
    let entries = Vec::from_raw_parts(address, count, count);
    entries.iter().map(|entry| [bytes(entry[0], entry[1]), bytes(entry[2], entry[3])]).collect()
}

/// The case of a stream's error: the last operation failed, and there is an error to drop.
unsafe fn forget_error(result: &Returned) {
    if result.0[1] as u8 == 0 {
        drop_error(result.0[2]);
    }
}

unsafe fn body(request: u32) -> Vec<u8> {
    let mut result = Returned::default();
    request_body(request, &mut result);
    let body = result.0[1];
    body_stream(body, &mut result);
    let stream = result.0[1];
    let mut all = Vec::new();
    loop {
        stream_read(stream, 65536, &mut result);
        if result.case() != 0 {
            break;
        }
        all.extend_from_slice(&result.bytes());
    }
    forget_error(&result);
    drop_input(stream);
    drop_body(body);
    all
}

unsafe fn answer(out: u32, fields: &[[&[u8]; 2]], text: &[u8]) {
    let mut result = Returned::default();
    let fields: Vec<[usize; 4]> = fields
        .iter()
        .map(|[name, value]| [name.as_ptr() as usize, name.len(), value.as_ptr() as usize, value.len()])
        .collect();
    fields_from_list(fields.as_ptr(), fields.len(), &mut result);
    assert_eq!(result.case(), 0, "the fields are refused");
    let response = new_response(result.0[1]);
    response_body(response, &mut result);
    let body = result.0[1];
    outparam_set(out, 0, response, 0, 0, 0, 0, 0, 0);
    body_write(body, &mut result);
    let stream = result.0[1];
    // 4096 bytes are what this function takes at most.
    for piece in text.chunks(4096) {
        stream_write(stream, piece.as_ptr(), piece.len(), &mut result);
        if result.case() != 0 {
            forget_error(&result);
            break;
        }
    }
    drop_output(stream);
    body_finish(body, 0, 0, &mut result);
}

/// # Safety
/// Called by the host, with the handles of a request and of its answer.
#[export_name = "wasi:http/incoming-handler@0.2.0#handle"]
pub unsafe extern "C" fn handle(request: u32, out: u32) {
    let mut text = [method(request), target(request)].join(&b'\n');
    text.push(b'\n');
    for [name, value] in fields(request) {
        text.extend([&name[..], b": ", &value[..], b"\n"].concat());
    }
    text.push(b'\n');
    text.extend(body(request));
    drop_request(request);
    answer(out, &[[b"content-type", b"text/plain"], [b"x-guest", b"rust"]], &text);
}
