// << answers.summary >>.

#include "scaffold_pack.h"

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

// What the pack says of itself: asked once, when it is built.
void exports_scaffold_pack_generator_describe(manifest *ret) {
  *ret = (manifest){
      .name = own("<< project.name >>"),
      .version = own("0.1.0"),
      .summary = own(SUMMARY),
      .description = own(""),
      .license = own(LICENSE),
      .questions = own(QUESTIONS),
      .extra = own("{}"),
  };
  add_provided(ret, "greeting", "1.0.0", FACTS);
}

// The greeting as it is said, as JSON: the host computes, in the language of the templates.
static bool greeting(const string *values, string *said, diagnostics *err) {
  return evaluate("answers.greeting | upper if answers.loud else answers.greeting", values, said, err);
}

// First phase: checks what a question's schema can't say, and makes the facts for other packs.
bool exports_scaffold_pack_generator_plan(context *given, takens *taken, planned *ret, diagnostics *err) {
  *ret = (planned){0};
  *err = (diagnostics){0};
  string values = with(values_of(given), ""), said;
  bool blank = false;
  bool fine = holds("answers.greeting | trim == ''", &values, &blank, err);
  if (fine && blank) refuse(err, own("a greeting is more than spaces"), "/greeting");
  fine = fine && !blank && greeting(&values, &said, err);
  if (fine) {
    text facts = {0};
    put_words(&facts, "{\"text\":");
    put(&facts, said.ptr, said.len);
    add_offer(ret, "greeting", "1.0.0", with(facts, ""));
  }
  free_arguments(given, taken);
  return fine;
}

// Second phase: makes the files.
bool exports_scaffold_pack_generator_render(context *given, takens *taken, output *ret, diagnostics *err) {
  *ret = (output){0};
  *err = (diagnostics){0};
  string asked = with(values_of(given), ""), said;
  bool fine = greeting(&asked, &said, err);
  if (fine) {
    text known = values_of(given);
    put_words(&known, ",\"text\":");
    put(&known, said.ptr, said.len);
    string values = with(known, "");
    add_template(ret, "hello.sh", SCRIPT);
    add_file(ret, own("hello.sh"), rendered("hello.sh", &values))->executable = true;
    add_line(ret, own(".gitignore"), "*.log");
    add_step(ret, "Greet", (const char *const[]){"./hello.sh", NULL});
  }
  free_arguments(given, taken);
  return fine;
}
