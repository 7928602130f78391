package main

import "unsafe"

// returned is where a function that returns more than a number puts it; the first byte tells a result's or an option's
// cases apart.
type returned [8]uint64

func (r *returned) words() *[16]uint32 { return (*[16]uint32)(unsafe.Pointer(r)) }
func (r *returned) kind() byte         { return byte(r[0]) }

// bytes are those whose address and count are the second and third word.
func (r *returned) bytes() []byte { return bytesAt(r.words()[1], r.words()[2]) }

func bytesAt(address, count uint32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(uintptr(address))), int(count))
}

//go:wasmimport wasi:http/types@0.2.0 [method]incoming-request.method
func requestMethod(request uint32, result *returned)

//go:wasmimport wasi:http/types@0.2.0 [method]incoming-request.path-with-query
func requestTarget(request uint32, result *returned)

//go:wasmimport wasi:http/types@0.2.0 [method]incoming-request.headers
func requestFields(request uint32) uint32

//go:wasmimport wasi:http/types@0.2.0 [method]incoming-request.consume
func requestBody(request uint32, result *returned)

//go:wasmimport wasi:http/types@0.2.0 [resource-drop]incoming-request
func dropRequest(request uint32)

//go:wasmimport wasi:http/types@0.2.0 [method]fields.entries
func fieldEntries(fields uint32, result *returned)

//go:wasmimport wasi:http/types@0.2.0 [static]fields.from-list
func fieldsFromList(list unsafe.Pointer, count uint32, result *returned)

//go:wasmimport wasi:http/types@0.2.0 [resource-drop]fields
func dropFields(fields uint32)

//go:wasmimport wasi:http/types@0.2.0 [method]incoming-body.stream
func bodyStream(body uint32, result *returned)

//go:wasmimport wasi:http/types@0.2.0 [resource-drop]incoming-body
func dropBody(body uint32)

//go:wasmimport wasi:http/types@0.2.0 [constructor]outgoing-response
func newResponse(fields uint32) uint32

//go:wasmimport wasi:http/types@0.2.0 [method]outgoing-response.body
func responseBody(response uint32, result *returned)

//go:wasmimport wasi:http/types@0.2.0 [method]outgoing-body.write
func bodyWrite(body uint32, result *returned)

//go:wasmimport wasi:http/types@0.2.0 [static]outgoing-body.finish
func bodyFinish(body, hasTrailers, trailers uint32, result *returned)

//go:wasmimport wasi:http/types@0.2.0 [static]response-outparam.set
func outparamSet(out, isError, response, a uint32, b uint64, c, d, e, f uint32)

//go:wasmimport wasi:io/streams@0.2.0 [method]input-stream.blocking-read
func streamRead(stream uint32, most uint64, result *returned)

//go:wasmimport wasi:io/streams@0.2.0 [resource-drop]input-stream
func dropInput(stream uint32)

//go:wasmimport wasi:io/streams@0.2.0 [method]output-stream.blocking-write-and-flush
func streamWrite(stream uint32, bytes unsafe.Pointer, count uint32, result *returned)

//go:wasmimport wasi:io/streams@0.2.0 [resource-drop]output-stream
func dropOutput(stream uint32)

//go:wasmimport wasi:io/error@0.2.0 [resource-drop]error
func dropError(failure uint32)
