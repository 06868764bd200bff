// Documentation of a service: the example that stands in this folder in five languages.

#include "scaffold_pack.h"

#include "templates.h"

#define QUESTIONS                                                                                                      \
  "{\"type\":\"object\",\"properties\":{"                                                                              \
  "\"owner\":{\"title\":\"Who answers for it?\",\"type\":\"string\",\"default\":\"core\"},"                            \
  "\"resources\":{\"title\":\"What does it serve?\",\"type\":\"array\",\"items\":{\"type\":\"string\"},"               \
  "\"default\":[\"order\"],\"minItems\":1},"                                                                           \
  "\"style\":{\"title\":\"How much should be written?\",\"enum\":[\"plain\",\"detailed\"],\"default\":\"plain\"},"     \
  "\"reviewers\":{\"title\":\"How many have to agree?\",\"type\":\"integer\",\"default\":2,\"minimum\":1,"             \
  "\"x-when\":{\"properties\":{\"style\":{\"const\":\"detailed\"}}}}},"                                                \
  "\"required\":[\"owner\",\"resources\",\"style\",\"reviewers\"]}"

#define FACTS "{\"type\":\"object\",\"required\":[\"owner\"],\"properties\":{\"owner\":{\"type\":\"string\"}}}"

void exports_scaffold_pack_generator_describe(manifest *ret) {
  *ret = (manifest){
      .name = own("service-docs"),
      .version = own("0.1.0"),
      .summary = own("Documentation of a service, a page for each resource"),
      .description = own("Pages under `docs/`, and `catalogue.json` for those who list services."),
      .license = own("Apache-2.0"),
      .questions = own(QUESTIONS),
      .extra = own("{}"),
  };
  *ADD(&ret->keywords) = own("example");
  *ADD(&ret->keywords) = own("docs");
  add_provided(ret, "catalogue", "1.0.0", FACTS);
  add_required(ret, "http-service", "^1", SCAFFOLD_PACK_TYPES_CARDINALITY_AT_MOST_ONE);
}

bool exports_scaffold_pack_generator_plan(context *given, takens *taken, planned *ret, diagnostics *err) {
  *ret = (planned){0};
  *err = (diagnostics){0};
  string values = with(values_of(given), "");
  bool blank = false;
  string facts;
  bool fine = holds("answers.owner | trim == ''", &values, &blank, err);
  if (fine && blank) refuse(err, own("somebody has to answer for it"), "/owner");
  fine = fine && !blank && interpolate("{\"owner\": {{ answers.owner | tojson }}}", &values, &facts, err);
  if (fine) add_offer(ret, "catalogue", "1.0.0", facts);
  free_arguments(given, taken);
  return fine;
}

// The values of a page: those of the pack, and the resource, which the host takes out of the list.
static bool page_values(const context *given, size_t at, string *values, diagnostics *err) {
  text element = {0};
  put_words(&element, "answers.resources[");
  put_number(&element, at);
  put_words(&element, "]");
  string plain = with(values_of(given), ""), resource;
  if (!evaluate_text(give(element), &plain, &resource, err)) return false;
  text known = values_of(given);
  put_words(&known, ",\"resource\":");
  put(&known, resource.ptr, resource.len);
  *values = with(known, "");
  return true;
}

// A page for each resource.
static bool add_pages(output *to, const context *given, size_t count, diagnostics *err) {
  for (size_t at = 0; at < count; at++) {
    string values, path;
    if (!page_values(given, at, &values, err)) return false;
    if (!interpolate("docs/resources/{{ resource | kebab }}.md", &values, &path, err)) return false;
    add_file(to, path, rendered("docs/resource.md", &values));
  }
  return true;
}

bool exports_scaffold_pack_generator_render(context *given, takens *taken, output *ret, diagnostics *err) {
  *ret = (output){0};
  *err = (diagnostics){0};
  string values = with(values_of(given), ""), count;
  bool detailed = false;
  bool fine = holds("answers.style == 'detailed'", &values, &detailed, err) &&
              evaluate("answers.resources | length", &values, &count, err) &&
              add_pages(ret, given, number(&count), err);
  if (fine) {
    add_template(ret, "docs/index.md", INDEX);
    add_template(ret, "docs/resource.md", RESOURCE);
    add_template(ret, "docs/review.md", REVIEW);
    add_template(ret, "docs/service.md", SERVICE);
    add_template(ret, "catalogue.json", CATALOGUE);
    open_slot(add_file(ret, own("docs/index.md"), rendered("docs/index.md", &values)), "sections",
              "<!-- slot: sections -->");
    scaffold_pack_types_merge_t *catalogue =
        add_merge(ret, own("catalogue.json"), "json", rendered("catalogue.json", &values));
    scaffold_pack_types_list_rule_t *rule = ADD(&catalogue->lists);
    rule->pointer = own("/resources");
    rule->policy.tag = SCAFFOLD_PACK_TYPES_LIST_POLICY_SORTED;
    add_line(ret, own(".gitignore"), "/site/");
    if (detailed) add_file(ret, own("docs/review.md"), rendered("docs/review.md", &values));
    const string *facts = taken_facts(taken, "http-service");
    if (facts) {
      text service = {0};
      put_words(&service, "{\"service\":");
      put(&service, facts->ptr, facts->len);
      string known = with(service, "");
      add_fill(ret, own("docs/index.md"), "sections", rendered("docs/service.md", &known));
    }
    add_step(ret, "Read it", (const char *const[]){"cat", "docs/index.md", NULL});
  }
  free_arguments(given, taken);
  return fine;
}
