// What makes a pack in C shorter: lists that grow, strings that are owned, the host's Jinja.
//
// Who owns what: an export owns its parameters and frees them; what it returns is freed for it by `free`, so that every
// string of it comes from `malloc`; an import borrows its parameters and gives its result away. The functions here take
// `string` to keep it, and `const string *` or `const char *` to look at it.

#ifndef SCAFFOLD_PACK_H
#define SCAFFOLD_PACK_H

#include "pack.h"
#include "text.h"

typedef pack_string_t string;
typedef exports_scaffold_pack_generator_context_t context;
typedef exports_scaffold_pack_generator_list_taken_t takens;
typedef exports_scaffold_pack_generator_manifest_t manifest;
typedef exports_scaffold_pack_generator_planned_t planned;
typedef exports_scaffold_pack_generator_output_t output;
typedef exports_scaffold_pack_generator_list_diagnostic_t diagnostics;
typedef scaffold_pack_types_text_t file_text;

// A new element at the end of a list of the bindings, all zero. `list` is evaluated several times.
#define ADD(list)                                                                                                      \
  ((list)->ptr = enlarged((list)->ptr, (list)->len, sizeof *(list)->ptr), (list)->len++, &(list)->ptr[(list)->len - 1])

static inline void *enlarged(void *cells, size_t count, size_t size) {
  void *made = realloc(cells, (count + 1) * size);
  if (!made) abort();
  memset((char *)made + count * size, 0, size);
  return made;
}

static inline string own(const char *words) {
  string made;
  pack_string_dup(&made, words);
  return made;
}

static inline string give(text words) { return (string){words.ptr, words.len}; }

static inline string copied(const string *from) {
  text made = {0};
  put(&made, from->ptr, from->len);
  return give(made);
}

static inline bool is(const string *some, const char *words) {
  return some->len == strlen(words) && !memcmp(some->ptr, words, some->len);
}

// A whole number that the host wrote.
static inline size_t number(const string *json) {
  size_t value = 0;
  for (size_t at = 0; at < json->len && json->ptr[at] >= '0' && json->ptr[at] <= '9'; at++) {
    value = value * 10 + (json->ptr[at] - '0');
  }
  return value;
}

static inline void put_number(text *to, size_t number) {
  if (number >= 10) put_number(to, number / 10);
  put_byte(to, '0' + number % 10);
}

// The object that was begun, with a last member, `,"name":value`, or none.
static inline string with(text object, const char *member) {
  put_words(&object, member);
  put_words(&object, "}");
  return give(object);
}

// What templates are given in most packs, begun: `{"project": {"name", "year"}, "answers": …`. `with` closes it.
static inline text values_of(const context *given) {
  text values = {0};
  put_words(&values, "{\"project\":{\"name\":");
  put_json(&values, given->project.name.ptr, given->project.name.len);
  put_words(&values, ",\"year\":");
  put_number(&values, given->project.year);
  put_words(&values, "},\"answers\":");
  put(&values, given->answers.ptr, given->answers.len);
  return values;
}

// Why the pack makes nothing; `answer` is a JSON Pointer or null.
static inline void refuse(diagnostics *err, string message, const char *answer) {
  scaffold_pack_types_diagnostic_t *said = ADD(err);
  said->severity = SCAFFOLD_PACK_TYPES_SEVERITY_ERROR;
  said->message = message;
  if (answer) said->answer = (pack_option_string_t){true, own(answer)};
}

// The value of an expression, as JSON. False where it fails, and then `err` says why.
static inline bool evaluate_text(string expression, const string *values, string *value, diagnostics *err) {
  string asked = expression, known = *values;
  scaffold_pack_jinja_failure_t failure;
  bool fine = scaffold_pack_jinja_evaluate(&asked, &known, value, &failure);
  if (!fine) refuse(err, failure.message, NULL);
  return fine;
}

static inline bool evaluate(const char *expression, const string *values, string *value, diagnostics *err) {
  string asked;
  pack_string_set(&asked, expression);
  return evaluate_text(asked, values, value, err);
}

// Whether an expression is true.
static inline bool holds(const char *expression, const string *values, bool *truth, diagnostics *err) {
  string value;
  if (!evaluate(expression, values, &value, err)) return false;
  *truth = is(&value, "true");
  pack_string_free(&value);
  return true;
}

// A short template, rendered: `app/{{ resource | snake }}.py`.
static inline bool interpolate(const char *template, const string *values, string *made, diagnostics *err) {
  string asked, known = *values;
  pack_string_set(&asked, template);
  scaffold_pack_jinja_failure_t failure;
  bool fine = scaffold_pack_jinja_interpolate(&asked, &known, made, &failure);
  if (!fine) refuse(err, failure.message, NULL);
  return fine;
}

// A Jinja template, which goes along once whatever names it.
static inline void add_template(output *to, const char *name, const char *source) {
  scaffold_pack_types_source_t *made = ADD(&to->templates);
  made->name = own(name);
  made->text = own(source);
}

// Text that the host makes of a template.
static inline file_text rendered(const char *name, const string *values) {
  scaffold_pack_types_rendering_t rendering = {own(name), copied(values)};
  return (file_text){SCAFFOLD_PACK_TYPES_TEXT_TEMPLATE, {.template_ = rendering}};
}

static inline file_text literal(const char *words) {
  return (file_text){SCAFFOLD_PACK_TYPES_TEXT_LITERAL, {.literal = own(words)}};
}

static inline scaffold_pack_types_body_t *add_share(output *to, string path, uint8_t tag) {
  scaffold_pack_types_contribution_t *share = ADD(&to->contributions);
  share->path = path;
  share->body.tag = tag;
  return &share->body;
}

// A whole file. What is given back can be changed until the next one is added: `->executable`, `ADD(&file->slots)`.
static inline scaffold_pack_types_file_t *add_file(output *to, string path, file_text contents) {
  scaffold_pack_types_file_t *file = &add_share(to, path, SCAFFOLD_PACK_TYPES_BODY_FILE)->val.file;
  file->contents = (scaffold_pack_types_content_t){SCAFFOLD_PACK_TYPES_CONTENT_TEXT, {.text = contents}};
  return file;
}

// A slot that a file opens.
static inline void open_slot(scaffold_pack_types_file_t *file, const char *name, const char *marker) {
  scaffold_pack_types_opening_t *slot = ADD(&file->slots);
  slot->name = own(name);
  slot->marker = own(marker);
}

// A fragment of a structured file.
static inline scaffold_pack_types_merge_t *add_merge(output *to, string path, const char *format, file_text contents) {
  scaffold_pack_types_merge_t *merge = &add_share(to, path, SCAFFOLD_PACK_TYPES_BODY_MERGE)->val.merge;
  merge->format = own(format);
  merge->text = contents;
  return merge;
}

// A line that a file must hold.
static inline void add_line(output *to, string path, const char *line) {
  pack_list_string_t *lines = &add_share(to, path, SCAFFOLD_PACK_TYPES_BODY_LINES)->val.lines;
  *ADD(lines) = own(line);
}

// Text for a slot that another pack's file opens.
static inline void add_fill(output *to, string path, const char *slot, file_text contents) {
  scaffold_pack_types_slot_t *fill = &add_share(to, path, SCAFFOLD_PACK_TYPES_BODY_SLOT)->val.slot;
  fill->name = own(slot);
  fill->text = contents;
}

// What the user can do next: a title, a program and its arguments, and a null at the end.
static inline void add_step(output *to, const char *title, const char *const *command) {
  scaffold_pack_types_step_t *step = ADD(&to->next_steps);
  step->title = own(title);
  for (; *command; command++) *ADD(&step->command) = own(*command);
}

// Facts under a capability that the manifest provides.
static inline void add_offer(planned *to, const char *capability, const char *version, string facts) {
  scaffold_pack_types_offer_t *offer = ADD(&to->offers);
  offer->capability = own(capability);
  offer->version = own(version);
  offer->facts = facts;
}

// A capability of the manifest; `facts` is the JSON Schema.
static inline void add_provided(manifest *to, const char *name, const char *version, const char *facts) {
  scaffold_pack_types_capability_t *own_facts = ADD(&to->provides);
  own_facts->name = own(name);
  own_facts->version = own(version);
  own_facts->facts = own(facts);
}

// A capability that the pack takes when it renders.
static inline void add_required(manifest *to, const char *name, const char *version, uint8_t cardinality) {
  scaffold_pack_types_requirement_t *taken = ADD(&to->requires_);
  taken->name = own(name);
  taken->version = own(version);
  taken->cardinality = cardinality;
  taken->facts = own("{}");
  taken->needed_in = SCAFFOLD_PACK_TYPES_PHASE_RENDER;
}

// The facts of the first offer of a capability; null where there is none.
static inline const string *taken_facts(const takens *taken, const char *capability) {
  for (size_t at = 0; at < taken->len; at++) {
    if (is(&taken->ptr[at].capability, capability)) return &taken->ptr[at].facts;
  }
  return NULL;
}

// At the end of `plan` and `render`.
static inline void free_arguments(context *given, takens *taken) {
  exports_scaffold_pack_generator_context_free(given);
  exports_scaffold_pack_generator_list_taken_free(taken);
}

#endif
