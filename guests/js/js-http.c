// Runs guests/js/handler.js in QuickJS, which is inside: its function `handle` is given {method, target, fields, body} and
// returns {status, fields, body}. wasi:http 0.2; bodies are text, and an exception is the answer 500 and a line of the log.
#include "../c/wasi_http.h"

#include <quickjs.h>
#include <stdio.h>

// The script, with a zero at its end: scripts/build-guests makes it of handler.js.
static const char script[] = {
#include "handler.inc"
};

static JSContext *context;

static JSValue new_text(text text) { return JS_NewStringLen(context, text.count ? text.bytes : "", text.count); }

static text take_text(JSValue value) {
    size_t count = 0;
    const char *bytes = JS_ToCStringLen(context, &count, value);
    // Texts live as long as the context, which is as long as this instance.
    return (text){(char *)(bytes ? bytes : ""), bytes ? count : 0};
}

static void fail(answer *answer) {
    JSValue exception = JS_GetException(context);
    text what = take_text(exception), where = take_text(JS_GetPropertyStr(context, exception, "stack"));
    fprintf(stderr, "%.*s\n%.*s", (int)what.count, what.bytes, (int)where.count, where.bytes);
    answer->status = 500;
    answer->field_count = 0;
    answer->body = literal("the script failed\n");
}

static JSValue new_request(const request *asked) {
    JSValue object = JS_NewObject(context), fields = JS_NewArray(context);
    for (size_t index = 0; index < asked->field_count; index++) {
        JSValue pair = JS_NewArray(context);
        JS_SetPropertyUint32(context, pair, 0, new_text(asked->fields[index].name));
        JS_SetPropertyUint32(context, pair, 1, new_text(asked->fields[index].value));
        JS_SetPropertyUint32(context, fields, (uint32_t)index, pair);
    }
    JS_SetPropertyStr(context, object, "method", new_text(asked->method));
    JS_SetPropertyStr(context, object, "target", new_text(asked->target));
    JS_SetPropertyStr(context, object, "fields", fields);
    JS_SetPropertyStr(context, object, "body", new_text(asked->body));
    return object;
}

/// Takes status, fields and body of what the script returned; 0 where one of them threw.
static int take_answer(JSValue returned, answer *answer) {
    uint32_t count = 0;
    JSValue fields = JS_GetPropertyStr(context, returned, "fields");
    if (JS_ToInt32(context, &answer->status, JS_GetPropertyStr(context, returned, "status"))) return 0;
    if (JS_ToUint32(context, &count, JS_GetPropertyStr(context, fields, "length"))) return 0;
    for (uint32_t index = 0; index < count && index < MOST_FIELDS; index++) {
        JSValue pair = JS_GetPropertyUint32(context, fields, index);
        answer->fields[index].name = take_text(JS_GetPropertyUint32(context, pair, 0));
        answer->fields[index].value = take_text(JS_GetPropertyUint32(context, pair, 1));
        answer->field_count = index + 1;
    }
    answer->body = take_text(JS_GetPropertyStr(context, returned, "body"));
    return 1;
}

static JSValue run(JSValue (*step)(void *), void *argument) {
    JSContext *waiting;
    JSValue value = step(argument);
    while (JS_ExecutePendingJob(JS_GetRuntime(context), &waiting) > 0) {}
    return value;
}

static JSValue load(void *unused) {
    (void)unused;
    return JS_Eval(context, script, sizeof script - 1, "handler.js", JS_EVAL_TYPE_GLOBAL);
}

static JSValue call(void *asked) {
    JSValue global = JS_GetGlobalObject(context), argument = new_request(asked);
    return JS_Call(context, JS_GetPropertyStr(context, global, "handle"), global, 1, &argument);
}

static void handle_request(const request *asked, answer *answer) {
    if (!context) {
        JSRuntime *runtime = JS_NewRuntime();
        // QuickJS measures its own stack by the address of a variable; here the stack is the linker's.
        JS_SetMaxStackSize(runtime, 0);
        context = JS_NewContext(runtime);
        if (JS_IsException(run(load, NULL))) return fail(answer);
    }
    JSValue returned = run(call, (void *)asked);
    if (JS_IsException(returned) || !take_answer(returned, answer)) fail(answer);
}
