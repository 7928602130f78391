// Answers with what it was asked: method, target, fields and body. wasi:http 0.2 without generated bindings: the
// canonical ABI by hand.
package main

import (
	"bytes"
	"runtime"
	"unsafe"
)

// What the host was given during a call; the collector does not see addresses that are numbers.
var given [][]byte

//go:wasmexport cabi_realloc
func cabiRealloc(old, oldSize, align, size uint32) uint32 {
	if size == 0 {
		return align
	}
	block := make([]byte, size+align)
	given = append(given, block)
	address := (uint32(uintptr(unsafe.Pointer(&block[0]))) + align - 1) &^ (align - 1)
	if oldSize > 0 {
		copy(bytesAt(address, size), bytesAt(old, min(oldSize, size)))
	}
	return address
}

var methods = [...]string{"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"}

func method(request uint32) string {
	var result returned
	requestMethod(request, &result)
	if int(result.kind()) < len(methods) {
		return methods[result.kind()]
	}
	return string(result.bytes())
}

func target(request uint32) string {
	var result returned
	requestTarget(request, &result)
	if result.kind() == 0 {
		return "/"
	}
	return string(result.bytes())
}

func writeFields(text *bytes.Buffer, request uint32) {
	var result returned
	fields := requestFields(request)
	fieldEntries(fields, &result)
	dropFields(fields)
	entries := unsafe.Slice((*[4]uint32)(unsafe.Pointer(uintptr(result.words()[0]))), int(result.words()[1]))
	for _, entry := range entries {
		text.Write(bytesAt(entry[0], entry[1]))
		text.WriteString(": ")
		text.Write(bytesAt(entry[2], entry[3]))
		text.WriteByte('\n')
	}
}

// forgetError drops the error of a stream whose last operation failed.
func forgetError(result *returned) {
	if byte(result.words()[1]) == 0 {
		dropError(result.words()[2])
	}
}

func writeBody(text *bytes.Buffer, request uint32) {
	var result returned
	requestBody(request, &result)
	body := result.words()[1]
	bodyStream(body, &result)
	stream := result.words()[1]
	for {
		streamRead(stream, 65536, &result)
		if result.kind() != 0 {
			break
		}
		text.Write(result.bytes())
		given = nil
	}
	forgetError(&result)
	dropInput(stream)
	dropBody(body)
}

func answer(out uint32, fields [][2]string, text []byte) {
	var result returned
	var list [][4]uint32
	for _, field := range fields {
		name, value := unsafe.StringData(field[0]), unsafe.StringData(field[1])
		list = append(list, [4]uint32{
			uint32(uintptr(unsafe.Pointer(name))), uint32(len(field[0])),
			uint32(uintptr(unsafe.Pointer(value))), uint32(len(field[1])),
		})
	}
	fieldsFromList(unsafe.Pointer(unsafe.SliceData(list)), uint32(len(list)), &result)
	runtime.KeepAlive(fields)
	if result.kind() != 0 {
		panic("the fields are refused")
	}
	response := newResponse(result.words()[1])
	responseBody(response, &result)
	body := result.words()[1]
	outparamSet(out, 0, response, 0, 0, 0, 0, 0, 0)
	bodyWrite(body, &result)
	stream := result.words()[1]
	for len(text) > 0 {
		// What this function takes at most.
		piece := text[:min(len(text), 4096)]
		streamWrite(stream, unsafe.Pointer(&piece[0]), uint32(len(piece)), &result)
		if result.kind() != 0 {
			forgetError(&result)
			break
		}
		text = text[len(piece):]
	}
	dropOutput(stream)
	bodyFinish(body, 0, 0, &result)
}

//go:wasmexport wasi:http/incoming-handler@0.2.0#handle
func handle(request, out uint32) {
	var text bytes.Buffer
	text.WriteString(method(request) + "\n" + target(request) + "\n")
	writeFields(&text, request)
	text.WriteByte('\n')
	writeBody(&text, request)
	dropRequest(request)
	answer(out, [][2]string{{"content-type", "text/plain"}, {"x-guest", "go"}}, text.Bytes())
	given = nil
}

func main() {}
