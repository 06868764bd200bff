// << answers.summary >>.
//
// Who owns what: an export owns its parameters and frees them; what it returns is freed for it by `free`, so that every
// string of it comes from `malloc`; an import borrows its parameters and gives its result away.

#include "pack.h"
#include "text.h"

#define SUMMARY "<< answers.summary | replace('\\', '\\\\') | replace('"', '\\"') >>"
#define LICENSE "<< answers.license | replace('\\', '\\\\') | replace('"', '\\"') >>"

// JSON Schema. The order of the properties is the order of asking.
#define QUESTIONS                                                                                                      \
  "{\"type\":\"object\",\"properties\":{"                                                                              \
  "\"greeting\":{\"title\":\"What should be said?\",\"type\":\"string\",\"default\":\"hello\",\"minLength\":1},"       \
  "\"loud\":{\"title\":\"In capitals?\",\"type\":\"boolean\",\"default\":false}},"                                     \
  "\"required\":[\"greeting\",\"loud\"]}"

// What other packs learn of it.
#define FACTS "{\"type\":\"object\",\"required\":[\"text\"],\"properties\":{\"text\":{\"type\":\"string\"}}}"

// Jinja, rendered by the host.
#define SCRIPT "#!/bin/sh\necho \"{{ text }}, {{ project.name }}!\"\n"

typedef pack_string_t string;
typedef scaffold_pack_types_contribution_t contribution;
typedef exports_scaffold_pack_generator_context_t context;
typedef exports_scaffold_pack_generator_diagnostic_t diagnostic;
typedef exports_scaffold_pack_generator_list_diagnostic_t diagnostics;
typedef exports_scaffold_pack_generator_list_taken_t takens;

static void *cells(size_t count, size_t size) {
  void *made = calloc(count, size);
  if (!made) abort();
  return made;
}

// A list of one, for an initializer.
#define LIST(type, ...) {memcpy(cells(1, sizeof(type)), &(type){__VA_ARGS__}, sizeof(type)), 1}

static string own(const char *words) {
  string made;
  pack_string_dup(&made, words);
  return made;
}

static string give(text words) { return (string){words.ptr, words.len}; }

static diagnostics refusal(string message, const char *answer) {
  pack_option_string_t pointer = {answer, answer ? own(answer) : (string){0}};
  return (diagnostics)LIST(diagnostic, SCAFFOLD_PACK_TYPES_SEVERITY_ERROR, message, pointer, {false});
}

// The value of an expression over the answers, as JSON: the host computes, in the language of the templates.
static bool evaluate(const context *given, const char *expression, string *value, diagnostics *err) {
  text values = {0};
  put_words(&values, "{\"answers\":");
  put(&values, given->answers.ptr, given->answers.len);
  put_words(&values, "}");
  string asked, with = {values.ptr, values.len};
  pack_string_set(&asked, expression);
  scaffold_pack_jinja_failure_t failure;
  bool fine = scaffold_pack_jinja_evaluate(&asked, &with, value, &failure);
  if (!fine) *err = refusal(failure.message, NULL);
  free(values.ptr);
  return fine;
}

// `{"text": ...` with the greeting as it is said; the caller closes it.
static bool greeting(const context *given, text *json, diagnostics *err) {
  string said;
  if (!evaluate(given, "answers.greeting | upper if answers.loud else answers.greeting", &said, err)) return false;
  put_words(json, "{\"text\":");
  put(json, said.ptr, said.len);
  pack_string_free(&said);
  return true;
}

// What the pack says of itself: asked once, when it is built.
void exports_scaffold_pack_generator_describe(exports_scaffold_pack_generator_manifest_t *ret) {
  *ret = (exports_scaffold_pack_generator_manifest_t){
      .name = own("<< project.name >>"),
      .version = own("0.1.0"),
      .summary = own(SUMMARY),
      .description = own(""),
      .license = own(LICENSE),
      .questions = own(QUESTIONS),
      .provides = LIST(scaffold_pack_types_capability_t, own("greeting"), own("1.0.0"), own(FACTS)),
      .extra = own("{}"),
  };
}

// First phase: checks what a question's schema can't say, and makes the facts for other packs.
bool exports_scaffold_pack_generator_plan(context *given, takens *taken,
                                          exports_scaffold_pack_generator_planned_t *ret, diagnostics *err) {
  string blank;
  text facts = {0};
  bool fine = evaluate(given, "answers.greeting | trim == ''", &blank, err);
  if (fine) {
    fine = blank.len != strlen("true") || memcmp(blank.ptr, "true", blank.len);
    if (!fine) *err = refusal(own("a greeting is more than spaces"), "/greeting");
    pack_string_free(&blank);
  }
  fine = fine && greeting(given, &facts, err);
  if (fine) {
    put_words(&facts, "}");
    *ret = (exports_scaffold_pack_generator_planned_t){
        .offers = LIST(scaffold_pack_types_offer_t, own("greeting"), own("1.0.0"), give(facts))};
  }
  exports_scaffold_pack_generator_context_free(given);
  exports_scaffold_pack_generator_list_taken_free(taken);
  return fine;
}

// Second phase: makes the files.
bool exports_scaffold_pack_generator_render(context *given, takens *taken,
                                            exports_scaffold_pack_generator_output_t *ret, diagnostics *err) {
  text values = {0};
  bool fine = greeting(given, &values, err);
  if (fine) {
    put_words(&values, ",\"project\":{\"name\":");
    put_json(&values, given->project.name.ptr, given->project.name.len);
    put_words(&values, "}}");
    scaffold_pack_types_rendering_t rendering = {own("hello.sh"), give(values)};
    scaffold_pack_types_text_t script = {SCAFFOLD_PACK_TYPES_TEXT_TEMPLATE, {.template_ = rendering}};
    scaffold_pack_types_file_t file = {.contents = {SCAFFOLD_PACK_TYPES_CONTENT_TEXT, {.text = script}},
                                       .executable = true,
                                       .ownership = SCAFFOLD_PACK_TYPES_OWNERSHIP_MANAGED};
    pack_list_string_t ignored = LIST(string, own("*.log").ptr, strlen("*.log"));
    contribution all[] = {
        {own("hello.sh"), {SCAFFOLD_PACK_TYPES_BODY_FILE, {.file = file}}},
        {own(".gitignore"), {SCAFFOLD_PACK_TYPES_BODY_LINES, {.lines = ignored}}},
    };
    size_t count = sizeof all / sizeof *all;
    pack_list_string_t command = LIST(string, own("./hello.sh").ptr, strlen("./hello.sh"));
    *ret = (exports_scaffold_pack_generator_output_t){
        .templates = LIST(scaffold_pack_types_source_t, own("hello.sh"), own(SCRIPT), {false}),
        .contributions = {memcpy(cells(count, sizeof *all), all, sizeof all), count},
        .next_steps = LIST(scaffold_pack_types_step_t, own("Greet"), command),
    };
  }
  exports_scaffold_pack_generator_context_free(given);
  exports_scaffold_pack_generator_list_taken_free(taken);
  return fine;
}
