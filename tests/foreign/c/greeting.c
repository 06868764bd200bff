// The greeting pack in C: nothing but the contract, and the bindings that wit-bindgen generates from it (`pack.h`).
//
// Who owns what: an export owns its parameters and frees them; what it returns is freed for it by `free`, so that every
// string of it comes from `malloc`; an import borrows its parameters and gives its result away.

#include "pack.h"
#include "text.h"

#define LANGUAGE "c"

#define QUESTIONS                                                                                                      \
  "{\"type\":\"object\",\"properties\":{"                                                                              \
  "\"greeting\":{\"type\":\"string\",\"title\":\"How does the project greet?\",\"default\":\"Hello\"},"                \
  "\"loud\":{\"type\":\"boolean\",\"title\":\"In capitals?\",\"default\":false}}}"

#define FACTS "{\"type\":\"object\",\"required\":[\"greeting\"],\"properties\":{\"greeting\":{\"type\":\"string\"}}}"

#define TEMPLATE                                                                                                       \
  "{% if loud %}{{ greeting | upper }}, {{ project.name | upper }}"                                                    \
  "{% else %}{{ greeting }}, {{ project.name }}"                                                                       \
  "{% endif %} ({{ project.year }})!\n"

typedef pack_string_t string;
typedef scaffold_pack_types_contribution_t contribution;
typedef scaffold_pack_types_text_t pack_text;
typedef exports_scaffold_pack_generator_context_t context;
typedef exports_scaffold_pack_generator_diagnostic_t diagnostic;
typedef exports_scaffold_pack_generator_list_diagnostic_t diagnostics;
typedef exports_scaffold_pack_generator_list_taken_t takens;

static void *cells(size_t count, size_t size) {
  void *made = calloc(count, size);
  if (!made && count) abort();
  return made;
}

// The element that a list of one holds; `LIST` is the list itself, for an initializer.
#define ONE(type, ...) memcpy(cells(1, sizeof(type)), &(type){__VA_ARGS__}, sizeof(type))
#define LIST(type, ...) {ONE(type, __VA_ARGS__), 1}

static string own(const char *words) {
  string made;
  pack_string_dup(&made, words);
  return made;
}

// Gives the text away as a string. An empty one has no memory: nobody would free it.
static string give(text words) {
  if (!words.len) free(words.ptr);
  return words.len ? (string){words.ptr, words.len} : (string){(uint8_t *)1, 0};
}

static pack_list_string_t pair(string first, string second) {
  string *both = cells(2, sizeof(string));
  both[0] = first, both[1] = second;
  return (pack_list_string_t){both, 2};
}

static diagnostics refusal(string message, const char *answer) {
  pack_option_string_t pointer = {answer, answer ? own(answer) : (string){0}};
  return (diagnostics)LIST(diagnostic, SCAFFOLD_PACK_TYPES_SEVERITY_ERROR, message, pointer, {false});
}

// The answer `greeting`; the host validated the answers and filled defaults in.
static text greeting_of(const string *answers) {
  json from = {answers->ptr, answers->ptr + answers->len};
  text greeting = {0};
  if (!json_member(&from, "greeting") || !json_string(&from, &greeting)) abort();
  return greeting;
}

static bool loud_of(const string *answers) {
  json from = {answers->ptr, answers->ptr + answers->len};
  return json_member(&from, "loud") && json_take(&from, 't');
}

// `fields` is open: what the caller wants after the greeting, and the closing brace, follow.
static text greeting_json(text greeting) {
  text fields = {0};
  put_words(&fields, "{\"greeting\":");
  put_json(&fields, greeting.ptr, greeting.len);
  return fields;
}

void exports_scaffold_pack_generator_describe(exports_scaffold_pack_generator_manifest_t *ret) {
  *ret = (exports_scaffold_pack_generator_manifest_t){
      .name = own("greeting-" LANGUAGE),
      .version = own("0.1.0"),
      .summary = own("A greeting from a pack written in C"),
      .description = own("Writes one greeting, and says which facts it was given."),
      .license = own("Apache-2.0"),
      .keywords = pair(own("example"), own("greeting")),
      .questions = own(QUESTIONS),
      .provides = LIST(scaffold_pack_types_capability_t, own("greeting-" LANGUAGE), own("1.0.0"), own(FACTS)),
      .requires_ = LIST(scaffold_pack_types_requirement_t, own("*"), own("*"),
                        SCAFFOLD_PACK_TYPES_CARDINALITY_ANY_NUMBER, own("{}"), SCAFFOLD_PACK_TYPES_PHASE_RENDER),
      .extra = own("{}"),
  };
}

bool exports_scaffold_pack_generator_plan(context *given, takens *taken,
                                          exports_scaffold_pack_generator_planned_t *ret, diagnostics *err) {
  text greeting = greeting_of(&given->answers);
  bool fine = greeting.len != strlen("forbidden") || memcmp(greeting.ptr, "forbidden", greeting.len);
  if (fine) {
    text facts = greeting_json(greeting);
    put_words(&facts, "}");
    *ret = (exports_scaffold_pack_generator_planned_t){
        .offers = LIST(scaffold_pack_types_offer_t, own("greeting-" LANGUAGE), own("1.0.0"), give(facts))};
  } else {
    *err = refusal(own("`forbidden` is not a greeting"), "/greeting");
  }
  free(greeting.ptr);
  exports_scaffold_pack_generator_context_free(given);
  exports_scaffold_pack_generator_list_taken_free(taken);
  return fine;
}

static int by_bytes(const void *one, const void *other) {
  const string *a = one, *b = other;
  int order = memcmp(a->ptr, b->ptr, a->len < b->len ? a->len : b->len);
  return order ? order : (a->len > b->len) - (a->len < b->len);
}

// A line `pack capability@version` for every fact, sorted.
static text lines_of(const takens *taken) {
  string *lines = cells(taken->len, sizeof(string));
  for (size_t i = 0; i < taken->len; i++) {
    const string *words[] = {&taken->ptr[i].pack, &taken->ptr[i].capability, &taken->ptr[i].version};
    text line = {0};
    for (int word = 0; word < 3; word++) {
      put(&line, words[word]->ptr, words[word]->len);
      put_byte(&line, " @\n"[word]);
    }
    lines[i] = give(line);
  }
  if (lines) qsort(lines, taken->len, sizeof(string), by_bytes);
  text all = {0};
  for (size_t i = 0; i < taken->len; i++) {
    put(&all, lines[i].ptr, lines[i].len);
    pack_string_free(&lines[i]);
  }
  free(lines);
  return all;
}

// What the template sees.
static string values_of(const context *given) {
  text greeting = greeting_of(&given->answers);
  text values = greeting_json(greeting);
  put_words(&values, loud_of(&given->answers) ? ",\"loud\":true" : ",\"loud\":false");
  put_words(&values, ",\"project\":{\"name\":");
  put_json(&values, given->project.name.ptr, given->project.name.len);
  put_words(&values, ",\"year\":");
  char digits[5], *digit = digits + sizeof digits;
  uint16_t year = given->project.year;
  do *--digit = '0' + year % 10; while (year /= 10);
  put(&values, digit, digits + sizeof digits - digit);
  put_words(&values, "}}");
  free(greeting.ptr);
  return give(values);
}

static pack_text literal(string words) {
  return (pack_text){SCAFFOLD_PACK_TYPES_TEXT_LITERAL, {.literal = words}};
}

static contribution file(string path, pack_text words) {
  scaffold_pack_types_file_t whole = {.ownership = SCAFFOLD_PACK_TYPES_OWNERSHIP_MANAGED,
                                      .contents = {SCAFFOLD_PACK_TYPES_CONTENT_TEXT, {.text = words}}};
  return (contribution){path, {SCAFFOLD_PACK_TYPES_BODY_FILE, {.file = whole}}};
}

bool exports_scaffold_pack_generator_render(context *given, takens *taken,
                                            exports_scaffold_pack_generator_output_t *ret, diagnostics *err) {
  // What an import borrows may be constant: a literal, or a buffer that is still in use.
  text message = {0};
  put_words(&message, "greeting ");
  put(&message, given->project.name.ptr, given->project.name.len);
  put_words(&message, " from " LANGUAGE);
  scaffold_pack_log_write(SCAFFOLD_PACK_LOG_LEVEL_INFO, &(string){message.ptr, message.len});
  free(message.ptr);

  string template, values, path;
  pack_string_set(&template, "greetings/{{ lang }}.txt");
  pack_string_set(&values, "{\"lang\":\"" LANGUAGE "\"}");
  scaffold_pack_jinja_failure_t failure;
  bool fine = scaffold_pack_jinja_interpolate(&template, &values, &path, &failure);
  if (fine) {
    string shown;
    pack_string_dup_n(&shown, (const char *)path.ptr, path.len);
    scaffold_pack_types_rendering_t rendering = {own("hello.txt.j2"), values_of(given)};
    pack_text greeting = {SCAFFOLD_PACK_TYPES_TEXT_TEMPLATE, {.template_ = rendering}};
    pack_list_string_t ignored = pair(own("*.tmp"), own(LANGUAGE ".log"));
    string languages = own("{\"languages\":{\"" LANGUAGE "\":true},\"all\":[\"" LANGUAGE "\"]}");
    scaffold_pack_types_merge_t merge = {.format = own("json"), .text = literal(languages)};
    contribution all[] = {
        file(path, greeting),
        {own(".gitignore"), {SCAFFOLD_PACK_TYPES_BODY_LINES, {.lines = ignored}}},
        {own("greetings.json"), {SCAFFOLD_PACK_TYPES_BODY_MERGE, {.merge = merge}}},
        file(own("greetings/" LANGUAGE ".facts"), literal(give(lines_of(taken)))),
    };
    size_t count = sizeof all / sizeof *all;
    *ret = (exports_scaffold_pack_generator_output_t){
        .templates = LIST(scaffold_pack_types_source_t, own("hello.txt.j2"), own(TEMPLATE), {false}),
        .contributions = {memcpy(cells(count, sizeof *all), all, sizeof all), count},
        .next_steps = LIST(scaffold_pack_types_step_t, own("Read the greeting"), pair(own("cat"), shown)),
    };
  } else {
    // The message is ours now, and goes on as it is.
    *err = refusal(failure.message, NULL);
  }
  exports_scaffold_pack_generator_context_free(given);
  exports_scaffold_pack_generator_list_taken_free(taken);
  return fine;
}
