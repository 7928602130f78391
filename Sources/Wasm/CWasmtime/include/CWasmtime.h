// The part of Wasmtime's C ABI that Martlet calls, declared in our own words for release 50.0.1.
//
// The wheel that brings the shared library has no headers. It has `_bindings.py`, generated from the headers of exactly
// that release: BindingsTests compares every function and structure below with it.

#ifndef MARTLET_CWASMTIME_H
#define MARTLET_CWASMTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Opaque owners.
typedef struct wasm_config_t wasm_config_t;
typedef struct wasm_engine_t wasm_engine_t;
typedef struct wasm_functype_t wasm_functype_t;
typedef struct wasm_valtype_t wasm_valtype_t;
typedef struct wasm_memorytype_t wasm_memorytype_t;
typedef struct wasm_tabletype_t wasm_tabletype_t;
typedef struct wasm_externtype_t wasm_externtype_t;
typedef struct wasm_importtype_t wasm_importtype_t;
typedef struct wasm_exporttype_t wasm_exporttype_t;
typedef struct wasm_trap_t wasm_trap_t;
typedef struct wasm_frame_t wasm_frame_t;
typedef struct wasmtime_error wasmtime_error_t;
typedef struct wasmtime_module wasmtime_module_t;
typedef struct wasmtime_store wasmtime_store_t;
typedef struct wasmtime_context wasmtime_context_t;
typedef struct wasmtime_linker wasmtime_linker_t;
typedef struct wasmtime_caller wasmtime_caller_t;
typedef struct wasmtime_instance_pre wasmtime_instance_pre_t;
typedef struct wasmtime_call_future wasmtime_call_future_t;
typedef struct wasmtime_pooling_allocation_config_t wasmtime_pooling_allocation_config_t;
typedef struct wasmtime_sharedmemory wasmtime_sharedmemory_t;
typedef struct wasmtime_component_t wasmtime_component_t;

// Numbers with names.
typedef uint8_t wasm_byte_t;
typedef uint8_t wasm_valkind_t;
typedef uint8_t wasm_externkind_t;
typedef uint8_t wasmtime_valkind_t;
typedef uint8_t wasmtime_extern_kind_t;
typedef uint8_t wasmtime_trap_code_t;
typedef uint8_t wasmtime_update_deadline_kind_t;

// Vectors: owned by whoever received them, released with the function of the same name and `_delete`.
typedef struct wasm_byte_vec_t { size_t size; wasm_byte_t *data; } wasm_byte_vec_t;
typedef wasm_byte_vec_t wasm_name_t;
typedef wasm_byte_vec_t wasm_message_t;
typedef struct wasm_valtype_vec_t { size_t size; wasm_valtype_t **data; } wasm_valtype_vec_t;
typedef struct wasm_importtype_vec_t { size_t size; wasm_importtype_t **data; } wasm_importtype_vec_t;
typedef struct wasm_exporttype_vec_t { size_t size; wasm_exporttype_t **data; } wasm_exporttype_vec_t;
typedef struct wasm_frame_vec_t { size_t size; wasm_frame_t **data; } wasm_frame_vec_t;
typedef struct wasm_limits_t { uint32_t min; uint32_t max; } wasm_limits_t;

// Values that live in a store. They are names, not owners.
typedef struct wasmtime_func { uint64_t store_id; void *reserved; } wasmtime_func_t;
typedef struct wasmtime_instance { uint64_t store_id; size_t reserved; } wasmtime_instance_t;
struct wasmtime_store_item { uint64_t store_id; uint32_t reserved; };
typedef struct wasmtime_memory { struct wasmtime_store_item item; uint32_t reserved; } wasmtime_memory_t;
typedef struct wasmtime_table { struct wasmtime_store_item item; uint32_t reserved; } wasmtime_table_t;
typedef struct wasmtime_tag { struct wasmtime_store_item item; uint32_t reserved; } wasmtime_tag_t;
typedef struct wasmtime_global {
  uint64_t store_id;
  uint32_t reserved1;
  uint32_t reserved2;
  uint32_t reserved3;
} wasmtime_global_t;

#define WASMTIME_EXTERN_FUNC 0
#define WASMTIME_EXTERN_GLOBAL 1
#define WASMTIME_EXTERN_TABLE 2
#define WASMTIME_EXTERN_MEMORY 3
#define WASMTIME_EXTERN_SHAREDMEMORY 4
#define WASMTIME_EXTERN_TAG 5

typedef union wasmtime_extern_union {
  wasmtime_func_t func;
  wasmtime_global_t global;
  wasmtime_table_t table;
  wasmtime_memory_t memory;
  wasmtime_sharedmemory_t *sharedmemory;
  wasmtime_tag_t tag;
} wasmtime_extern_union_t;
typedef struct wasmtime_extern { wasmtime_extern_kind_t kind; wasmtime_extern_union_t of; } wasmtime_extern_t;

typedef struct wasmtime_reference {
  uint64_t store_id;
  uint32_t reserved1;
  uint32_t reserved2;
  void *reserved3;
} wasmtime_reference_t;
typedef uint8_t wasmtime_v128[16];

#define WASMTIME_I32 0
#define WASMTIME_I64 1
#define WASMTIME_F32 2
#define WASMTIME_F64 3
#define WASMTIME_V128 4
#define WASMTIME_FUNCREF 5
#define WASMTIME_EXTERNREF 6

typedef union wasmtime_valunion {
  int32_t i32;
  int64_t i64;
  float f32;
  double f64;
  wasmtime_reference_t anyref;
  wasmtime_reference_t externref;
  wasmtime_reference_t exnref;
  wasmtime_func_t funcref;
  wasmtime_v128 v128;
} wasmtime_valunion_t;
typedef struct wasmtime_val { wasmtime_valkind_t kind; wasmtime_valunion_t of; } wasmtime_val_t;

typedef union wasmtime_val_raw {
  int32_t i32;
  int64_t i64;
  float f32;
  double f64;
  wasmtime_v128 v128;
  uint32_t anyref;
  uint32_t externref;
  uint32_t exnref;
  void *funcref;
} wasmtime_val_raw_t;

#define WASM_I32 0
#define WASM_I64 1
#define WASM_F32 2
#define WASM_F64 3
#define WASM_EXTERNREF 128
#define WASM_FUNCREF 129

#define WASM_EXTERN_FUNC 0
#define WASM_EXTERN_GLOBAL 1
#define WASM_EXTERN_TABLE 2
#define WASM_EXTERN_MEMORY 3
#define WASM_EXTERN_TAG 4

typedef uint8_t wasmtime_opt_level_t;
#define WASMTIME_OPT_LEVEL_NONE 0
typedef uint8_t wasmtime_regalloc_algorithm_t;
#define WASMTIME_REGALLOC_SINGLE_PASS 1

#define WASMTIME_UPDATE_DEADLINE_CONTINUE 0
#define WASMTIME_UPDATE_DEADLINE_YIELD 1

// Callbacks.
typedef void (*wasmtime_finalizer_t)(void *);

// Memories and stacks of the host's own making.
typedef uint8_t *(*wasmtime_memory_get_callback_t)(void *, size_t *, size_t *);
typedef wasmtime_error_t *(*wasmtime_memory_grow_callback_t)(void *, size_t);
typedef struct wasmtime_linear_memory {
  void *env;
  wasmtime_memory_get_callback_t get_memory;
  wasmtime_memory_grow_callback_t grow_memory;
  wasmtime_finalizer_t finalizer;
} wasmtime_linear_memory_t;
typedef wasmtime_error_t *(*wasmtime_new_memory_callback_t)(
    void *, const wasm_memorytype_t *, size_t, size_t, size_t, size_t, wasmtime_linear_memory_t *);
typedef struct wasmtime_memory_creator {
  void *env;
  wasmtime_new_memory_callback_t new_memory;
  wasmtime_finalizer_t finalizer;
} wasmtime_memory_creator_t;
typedef uint8_t *(*wasmtime_stack_memory_get_callback_t)(void *, size_t *);
typedef struct wasmtime_stack_memory {
  void *env;
  wasmtime_stack_memory_get_callback_t get_stack_memory;
  wasmtime_finalizer_t finalizer;
} wasmtime_stack_memory_t;
typedef wasmtime_error_t *(*wasmtime_new_stack_memory_callback_t)(void *, size_t, bool, wasmtime_stack_memory_t *);
typedef struct wasmtime_stack_creator {
  void *env;
  wasmtime_new_stack_memory_callback_t new_stack;
  wasmtime_finalizer_t finalizer;
} wasmtime_stack_creator_t;

typedef wasm_trap_t *(*wasmtime_func_unchecked_callback_t)(
    void *env, wasmtime_caller_t *caller, wasmtime_val_raw_t *args_and_results, size_t num_args_and_results);
typedef wasmtime_error_t *(*wasmtime_epoch_callback_t)(
    wasmtime_context_t *context, void *data, uint64_t *epoch_deadline_delta,
    wasmtime_update_deadline_kind_t *update_kind);

// Configuration.
wasm_config_t *wasm_config_new(void);
void wasmtime_config_epoch_interruption_set(wasm_config_t *, bool);
void wasmtime_config_max_wasm_stack_set(wasm_config_t *, size_t);
void wasmtime_config_async_stack_size_set(wasm_config_t *, size_t);
void wasmtime_config_parallel_compilation_set(wasm_config_t *, bool);
void wasmtime_config_memory_reservation_set(wasm_config_t *, uint64_t);
void wasmtime_config_memory_guard_size_set(wasm_config_t *, uint64_t);
void wasmtime_config_memory_may_move_set(wasm_config_t *, bool);
void wasmtime_config_concurrency_support_set(wasm_config_t *, bool);
void wasmtime_config_memory_init_cow_set(wasm_config_t *, bool);
void wasmtime_config_native_unwind_info_set(wasm_config_t *, bool);
void wasmtime_config_cranelift_opt_level_set(wasm_config_t *, wasmtime_opt_level_t);
void wasmtime_config_cranelift_regalloc_algorithm_set(wasm_config_t *, wasmtime_regalloc_algorithm_t);
void wasmtime_config_wasm_threads_set(wasm_config_t *, bool);
void wasmtime_config_wasm_tail_call_set(wasm_config_t *, bool);
void wasmtime_config_wasm_component_model_async_set(wasm_config_t *, bool);
void wasmtime_config_wasm_component_model_more_async_builtins_set(wasm_config_t *, bool);
void wasmtime_config_wasm_component_model_async_stackful_set(wasm_config_t *, bool);
void wasmtime_config_wasm_component_model_map_set(wasm_config_t *, bool);
void wasmtime_config_wasm_component_model_implements_set(wasm_config_t *, bool);
void wasmtime_config_wasm_component_model_canonical_names_set(wasm_config_t *, bool);
void wasmtime_config_host_memory_creator_set(wasm_config_t *, const wasmtime_memory_creator_t *);
void wasmtime_config_host_stack_creator_set(wasm_config_t *, const wasmtime_stack_creator_t *);
wasmtime_pooling_allocation_config_t *wasmtime_pooling_allocation_config_new(void);
void wasmtime_pooling_allocation_config_delete(wasmtime_pooling_allocation_config_t *);
void wasmtime_pooling_allocation_config_max_unused_warm_slots_set(wasmtime_pooling_allocation_config_t *, uint32_t);
void wasmtime_pooling_allocation_config_decommit_batch_size_set(wasmtime_pooling_allocation_config_t *, size_t);
void wasmtime_pooling_allocation_config_async_stack_keep_resident_set(wasmtime_pooling_allocation_config_t *, size_t);
void wasmtime_pooling_allocation_config_linear_memory_keep_resident_set(wasmtime_pooling_allocation_config_t *, size_t);
void wasmtime_pooling_allocation_config_table_keep_resident_set(wasmtime_pooling_allocation_config_t *, size_t);
void wasmtime_pooling_allocation_config_total_memories_set(wasmtime_pooling_allocation_config_t *, uint32_t);
void wasmtime_pooling_allocation_config_total_tables_set(wasmtime_pooling_allocation_config_t *, uint32_t);
void wasmtime_pooling_allocation_config_total_stacks_set(wasmtime_pooling_allocation_config_t *, uint32_t);
void wasmtime_pooling_allocation_config_total_core_instances_set(wasmtime_pooling_allocation_config_t *, uint32_t);
void wasmtime_pooling_allocation_config_max_core_instance_size_set(wasmtime_pooling_allocation_config_t *, size_t);
void wasmtime_pooling_allocation_config_max_tables_per_module_set(wasmtime_pooling_allocation_config_t *, uint32_t);
void wasmtime_pooling_allocation_config_table_elements_set(wasmtime_pooling_allocation_config_t *, size_t);
void wasmtime_pooling_allocation_config_max_memories_per_module_set(wasmtime_pooling_allocation_config_t *, uint32_t);
void wasmtime_pooling_allocation_config_max_memory_size_set(wasmtime_pooling_allocation_config_t *, size_t);
void wasmtime_pooling_allocation_strategy_set(wasm_config_t *, const wasmtime_pooling_allocation_config_t *);

// Engine. `wasm_engine_new_with_config` takes the configuration over.
wasm_engine_t *wasm_engine_new_with_config(wasm_config_t *);
void wasm_engine_delete(wasm_engine_t *);
void wasmtime_engine_increment_epoch(wasm_engine_t *);

// Text format.
wasmtime_error_t *wasmtime_wat2wasm(const char *wat, size_t wat_len, wasm_byte_vec_t *ret);
void wasm_byte_vec_delete(wasm_byte_vec_t *);

// Modules.
wasmtime_error_t *wasmtime_module_new(wasm_engine_t *, const uint8_t *wasm, size_t wasm_len, wasmtime_module_t **ret);
void wasmtime_module_delete(wasmtime_module_t *);
wasmtime_error_t *wasmtime_module_validate(wasm_engine_t *, const uint8_t *wasm, size_t wasm_len);
wasmtime_error_t *wasmtime_module_serialize(wasmtime_module_t *, wasm_byte_vec_t *ret);
wasmtime_error_t *wasmtime_module_deserialize_file(wasm_engine_t *, const char *path, wasmtime_module_t **ret);
void wasmtime_module_imports(const wasmtime_module_t *, wasm_importtype_vec_t *out);
void wasmtime_module_exports(const wasmtime_module_t *, wasm_exporttype_vec_t *out);

// Components: the engine's own validation, as an oracle for ours.
wasmtime_error_t *wasmtime_component_new(
    const wasm_engine_t *, const uint8_t *buf, size_t len, wasmtime_component_t **component_out);
void wasmtime_component_delete(wasmtime_component_t *);

// Components run by the engine itself: only what measurements compare ours with.
typedef struct wasmtime_component_linker_t wasmtime_component_linker_t;
typedef struct wasmtime_component_linker_instance_t wasmtime_component_linker_instance_t;
typedef struct wasmtime_component_export_index_t wasmtime_component_export_index_t;
typedef struct wasmtime_component_func_type_t wasmtime_component_func_type_t;
typedef uint8_t wasmtime_component_valkind_t;

#define WASMTIME_COMPONENT_U8 2
#define WASMTIME_COMPONENT_U32 6
#define WASMTIME_COMPONENT_U64 8
#define WASMTIME_COMPONENT_F64 10
#define WASMTIME_COMPONENT_STRING 12
#define WASMTIME_COMPONENT_LIST 13
#define WASMTIME_COMPONENT_RECORD 14
#define WASMTIME_COMPONENT_VARIANT 16

struct wasmtime_component_val;
struct wasmtime_component_valrecord_entry;
struct wasmtime_component_valmap_entry;
typedef struct wasmtime_component_vallist { size_t size; struct wasmtime_component_val *data; } wasmtime_component_vallist_t;
typedef struct wasmtime_component_valrecord {
  size_t size;
  struct wasmtime_component_valrecord_entry *data;
} wasmtime_component_valrecord_t;
typedef struct wasmtime_component_valtuple { size_t size; struct wasmtime_component_val *data; } wasmtime_component_valtuple_t;
typedef struct wasmtime_component_valflags { size_t size; wasm_name_t *data; } wasmtime_component_valflags_t;
typedef struct wasmtime_component_valmap {
  size_t size;
  struct wasmtime_component_valmap_entry *data;
} wasmtime_component_valmap_t;
typedef struct wasmtime_component_valvariant {
  wasm_name_t discriminant;
  struct wasmtime_component_val *val;
} wasmtime_component_valvariant_t;
typedef struct wasmtime_component_valresult { bool is_ok; struct wasmtime_component_val *val; } wasmtime_component_valresult_t;
typedef union wasmtime_component_valunion {
  bool boolean;
  int8_t s8;
  uint8_t u8;
  int16_t s16;
  uint16_t u16;
  int32_t s32;
  uint32_t u32;
  int64_t s64;
  uint64_t u64;
  float f32;
  double f64;
  uint32_t character;
  wasm_name_t string;
  wasmtime_component_vallist_t list;
  wasmtime_component_valrecord_t record;
  wasmtime_component_valtuple_t tuple;
  wasmtime_component_valvariant_t variant;
  wasm_name_t enumeration;
  struct wasmtime_component_val *option;
  wasmtime_component_valresult_t result;
  wasmtime_component_valflags_t flags;
  wasmtime_component_valmap_t map;
  void *resource;
} wasmtime_component_valunion_t;
typedef struct wasmtime_component_val {
  wasmtime_component_valkind_t kind;
  wasmtime_component_valunion_t of;
} wasmtime_component_val_t;
typedef struct wasmtime_component_valrecord_entry {
  wasm_name_t name;
  wasmtime_component_val_t val;
} wasmtime_component_valrecord_entry_t;

struct wasmtime_component_func_name { uint64_t store_id; uint32_t reserved; };
typedef struct wasmtime_component_func {
  struct wasmtime_component_func_name item;
  uint32_t reserved;
  void *reserved2;
} wasmtime_component_func_t;
typedef struct wasmtime_component_instance { uint64_t store_id; uint32_t reserved; } wasmtime_component_instance_t;
typedef wasmtime_error_t *(*wasmtime_component_func_callback_t)(
    void *data, wasmtime_context_t *, const wasmtime_component_func_type_t *, wasmtime_component_val_t *args,
    size_t nargs, wasmtime_component_val_t *results, size_t nresults);

wasmtime_component_linker_t *wasmtime_component_linker_new(const wasm_engine_t *);
void wasmtime_component_linker_delete(wasmtime_component_linker_t *);
wasmtime_component_linker_instance_t *wasmtime_component_linker_root(wasmtime_component_linker_t *);
void wasmtime_component_linker_instance_delete(wasmtime_component_linker_instance_t *);
wasmtime_error_t *wasmtime_component_linker_instance_add_func(
    wasmtime_component_linker_instance_t *, const char *name, size_t name_len,
    wasmtime_component_func_callback_t callback, void *data, wasmtime_finalizer_t finalizer);
wasmtime_error_t *wasmtime_component_linker_define_unknown_imports_as_traps(
    wasmtime_component_linker_t *, const wasmtime_component_t *);
wasmtime_error_t *wasmtime_component_linker_instantiate(
    const wasmtime_component_linker_t *, wasmtime_context_t *, const wasmtime_component_t *,
    wasmtime_component_instance_t *instance_out);
wasmtime_component_export_index_t *wasmtime_component_get_export_index(
    const wasmtime_component_t *, const wasmtime_component_export_index_t *, const char *name, size_t name_len);
void wasmtime_component_export_index_delete(wasmtime_component_export_index_t *);
bool wasmtime_component_instance_get_func(
    const wasmtime_component_instance_t *, wasmtime_context_t *, const wasmtime_component_export_index_t *,
    wasmtime_component_func_t *func_out);
wasmtime_error_t *wasmtime_component_func_call(
    const wasmtime_component_func_t *, wasmtime_context_t *, const wasmtime_component_val_t *args, size_t args_size,
    wasmtime_component_val_t *results, size_t results_size);
void wasmtime_component_val_delete(wasmtime_component_val_t *);

// Types.
const wasm_name_t *wasm_importtype_module(const wasm_importtype_t *);
const wasm_name_t *wasm_importtype_name(const wasm_importtype_t *);
const wasm_externtype_t *wasm_importtype_type(const wasm_importtype_t *);
void wasm_importtype_vec_delete(wasm_importtype_vec_t *);
const wasm_name_t *wasm_exporttype_name(const wasm_exporttype_t *);
const wasm_externtype_t *wasm_exporttype_type(const wasm_exporttype_t *);
void wasm_exporttype_vec_delete(wasm_exporttype_vec_t *);
wasm_externkind_t wasm_externtype_kind(const wasm_externtype_t *);
const wasm_functype_t *wasm_externtype_as_functype_const(const wasm_externtype_t *);
const wasm_memorytype_t *wasm_externtype_as_memorytype_const(const wasm_externtype_t *);
uint64_t wasmtime_memorytype_minimum(const wasm_memorytype_t *);
bool wasmtime_memorytype_maximum(const wasm_memorytype_t *, uint64_t *max);
bool wasmtime_memorytype_is64(const wasm_memorytype_t *);
wasm_functype_t *wasm_functype_new(wasm_valtype_vec_t *params, wasm_valtype_vec_t *results);
void wasm_functype_delete(wasm_functype_t *);
const wasm_valtype_vec_t *wasm_functype_params(const wasm_functype_t *);
const wasm_valtype_vec_t *wasm_functype_results(const wasm_functype_t *);
wasm_valtype_t *wasm_valtype_new(wasm_valkind_t);
wasm_valkind_t wasm_valtype_kind(const wasm_valtype_t *);
void wasm_valtype_vec_new(wasm_valtype_vec_t *out, size_t, wasm_valtype_t *const[]);

// Stores.
wasmtime_store_t *wasmtime_store_new(wasm_engine_t *, void *data, wasmtime_finalizer_t finalizer);
void wasmtime_store_delete(wasmtime_store_t *);
wasmtime_context_t *wasmtime_store_context(wasmtime_store_t *);
void wasmtime_store_limiter(
    wasmtime_store_t *, int64_t memory_size, int64_t table_elements, int64_t instances, int64_t tables,
    int64_t memories);
void wasmtime_store_epoch_deadline_callback(
    wasmtime_store_t *, wasmtime_epoch_callback_t func, void *data, wasmtime_finalizer_t finalizer);
void wasmtime_context_set_data(wasmtime_context_t *, void *data);
void *wasmtime_context_get_data(const wasmtime_context_t *);
void wasmtime_context_set_epoch_deadline(wasmtime_context_t *, uint64_t ticks_beyond_current);

// Linking and instances.
wasmtime_linker_t *wasmtime_linker_new(wasm_engine_t *);
void wasmtime_linker_delete(wasmtime_linker_t *);
void wasmtime_linker_allow_shadowing(wasmtime_linker_t *, bool);
wasmtime_error_t *wasmtime_linker_define_func_unchecked(
    wasmtime_linker_t *, const char *module, size_t module_len, const char *name, size_t name_len,
    const wasm_functype_t *, wasmtime_func_unchecked_callback_t cb, void *data, wasmtime_finalizer_t finalizer);
wasmtime_error_t *wasmtime_linker_instantiate_pre(
    const wasmtime_linker_t *, const wasmtime_module_t *, wasmtime_instance_pre_t **ret);
void wasmtime_instance_pre_delete(wasmtime_instance_pre_t *);
wasmtime_error_t *wasmtime_instance_pre_instantiate(
    const wasmtime_instance_pre_t *, wasmtime_context_t *, wasmtime_instance_t *instance, wasm_trap_t **trap);
wasmtime_call_future_t *wasmtime_instance_pre_instantiate_async(
    const wasmtime_instance_pre_t *, wasmtime_context_t *, wasmtime_instance_t *instance, wasm_trap_t **trap,
    wasmtime_error_t **error);
wasmtime_error_t *wasmtime_instance_new(
    wasmtime_context_t *, const wasmtime_module_t *, const wasmtime_extern_t *imports, size_t nimports,
    wasmtime_instance_t *instance, wasm_trap_t **trap);
bool wasmtime_instance_export_get(
    wasmtime_context_t *, const wasmtime_instance_t *, const char *name, size_t name_len, wasmtime_extern_t *item);
void wasmtime_func_new_unchecked(
    wasmtime_context_t *, const wasm_functype_t *, wasmtime_func_unchecked_callback_t callback, void *env,
    wasmtime_finalizer_t finalizer, wasmtime_func_t *ret);
wasm_functype_t *wasmtime_func_type(const wasmtime_context_t *, const wasmtime_func_t *);

// Calls.
wasmtime_call_future_t *wasmtime_func_call_async(
    wasmtime_context_t *, const wasmtime_func_t *, const wasmtime_val_t *args, size_t nargs, wasmtime_val_t *results,
    size_t nresults, wasm_trap_t **trap_ret, wasmtime_error_t **error_ret);
bool wasmtime_call_future_poll(wasmtime_call_future_t *);
void wasmtime_call_future_delete(wasmtime_call_future_t *);
wasmtime_error_t *wasmtime_func_call_unchecked(
    wasmtime_context_t *, const wasmtime_func_t *, wasmtime_val_raw_t *args_and_results, size_t args_and_results_len,
    wasm_trap_t **trap);
wasmtime_context_t *wasmtime_caller_context(wasmtime_caller_t *);
bool wasmtime_caller_export_get(wasmtime_caller_t *, const char *name, size_t name_len, wasmtime_extern_t *item);

// Memories, globals, tables.
uint8_t *wasmtime_memory_data(const wasmtime_context_t *, const wasmtime_memory_t *);
size_t wasmtime_memory_data_size(const wasmtime_context_t *, const wasmtime_memory_t *);
wasmtime_error_t *wasmtime_memory_grow(
    wasmtime_context_t *, const wasmtime_memory_t *, uint64_t delta, uint64_t *prev_size);
void wasmtime_global_get(wasmtime_context_t *, const wasmtime_global_t *, wasmtime_val_t *out);
wasmtime_error_t *wasmtime_global_set(wasmtime_context_t *, const wasmtime_global_t *, const wasmtime_val_t *val);

bool wasmtime_table_get(wasmtime_context_t *, const wasmtime_table_t *, uint64_t index, wasmtime_val_t *val);

// Traps and errors.
wasm_trap_t *wasmtime_trap_new(const char *msg, size_t msg_len);
bool wasmtime_trap_code(const wasm_trap_t *, wasmtime_trap_code_t *code);
void wasm_trap_message(const wasm_trap_t *, wasm_message_t *out);
void wasm_trap_trace(const wasm_trap_t *, wasm_frame_vec_t *out);
void wasm_trap_delete(wasm_trap_t *);
uint32_t wasm_frame_func_index(const wasm_frame_t *);
size_t wasm_frame_module_offset(const wasm_frame_t *);
const wasm_name_t *wasmtime_frame_func_name(const wasm_frame_t *);
const wasm_name_t *wasmtime_frame_module_name(const wasm_frame_t *);
void wasm_frame_vec_delete(wasm_frame_vec_t *);
wasmtime_error_t *wasmtime_error_new(const char *);
void wasmtime_error_message(const wasmtime_error_t *, wasm_name_t *message);
void wasmtime_error_wasm_trace(const wasmtime_error_t *, wasm_frame_vec_t *out);
void wasmtime_error_delete(wasmtime_error_t *);

/// What one call on a fiber needs at a fixed address for as long as it lasts; its arguments and results follow. Ours, not
/// the engine's.
typedef struct martlet_call_frame {
  wasmtime_func_t function;
  wasmtime_instance_t instance;
  wasm_trap_t *trap;
  wasmtime_error_t *error;
} martlet_call_frame_t;

#endif
