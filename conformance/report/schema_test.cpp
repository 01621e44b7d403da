// The run's JSON is what schema.json says; with a checker for the keywords that the schema uses.
#include <gtest/gtest.h>

#include <regex>

#include "report/embedded.hpp"
#include "report/sample_run_test.hpp"

namespace mpspec {
namespace {

using nlohmann::json;

class Checker {
 public:
  explicit Checker(const json& schema) : root_(schema) {}

  /// "" when the value is valid, else where and why it is not.
  [[nodiscard]] std::string check(const json& value) const { return check(value, root_, "$"); }

 private:
  [[nodiscard]] std::string check(const json& value, const json& schema,
                                  const std::string& at) const {
    if (schema.contains("$ref")) {
      const auto path = schema["$ref"].get<std::string>().substr(1);
      return check(value, root_.at(json::json_pointer(path)), at);
    }
    if (schema.contains("type") && !has_type(value, schema["type"])) {
      return at + " is no " + schema["type"].get<std::string>();
    }
    if (schema.contains("enum") &&
        std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end()) {
      return at + " is none of the permitted values";
    }
    if (value.is_number()) return check_number(value, schema, at);
    if (value.is_string()) return check_string(value, schema, at);
    if (value.is_array()) return check_array(value, schema, at);
    return value.is_object() ? check_object(value, schema, at) : "";
  }

  static bool has_type(const json& value, const std::string& type) {
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    return type == value.type_name();
  }

  static std::string check_number(const json& value, const json& schema, const std::string& at) {
    if (schema.contains("minimum") && value < schema["minimum"]) return at + " is too small";
    if (schema.contains("maximum") && value > schema["maximum"]) return at + " is too large";
    return "";
  }

  static std::string check_string(const json& value, const json& schema, const std::string& at) {
    const auto text = value.get<std::string>();
    if (text.size() < schema.value("minLength", 0U)) return at + " is too short";
    if (schema.contains("pattern") &&
        !std::regex_search(text, std::regex(schema["pattern"].get<std::string>()))) {
      return at + " does not match";
    }
    return "";
  }

  [[nodiscard]] std::string check_array(const json& value, const json& schema,
                                        const std::string& at) const {
    for (std::size_t i = 0; i < value.size() && schema.contains("items"); ++i) {
      const std::string wrong = check(value[i], schema["items"], at + "/" + std::to_string(i));
      if (!wrong.empty()) return wrong;
    }
    return "";
  }

  [[nodiscard]] std::string check_object(const json& value, const json& schema,
                                         const std::string& at) const {
    for (const auto& name : schema.value("required", json::array())) {
      if (!value.contains(name)) return at + " has no " + name.get<std::string>();
    }
    const json known = schema.value("properties", json::object());
    for (const auto& [name, member] : value.items()) {
      if (!known.contains(name)) continue;  // later versions add fields
      const std::string wrong = check(member, known.at(name), at + "/" + name);
      if (!wrong.empty()) return wrong;
    }
    return "";
  }

  const json& root_;
};

class RunSchema : public ::testing::Test {
 protected:
  [[nodiscard]] std::string check(const json& run) const { return Checker(schema_).check(run); }

  const json schema_ = json::parse(embedded::schema());
  json run_ = to_json(report_test::run());
};

TEST_F(RunSchema, ARunIsValidAndReadsBack) {
  EXPECT_EQ(check(run_), "");
  EXPECT_EQ(to_json(run_results_from(run_)), run_);
}

TEST_F(RunSchema, KnowsEveryVerdict) {
  for (const Verdict verdict : kAllVerdicts) {
    run_["results"][0]["verdict"] = to_string(verdict);
    EXPECT_EQ(check(run_), "");
  }
}

TEST_F(RunSchema, EveryRequiredFieldIsRequired) {
  for (const char* where : {"", "/suite", "/backends/0", "/results/0"}) {
    const json::json_pointer pointer(where);
    for (const auto& [name, member] : run_.at(pointer).items()) {
      if (name == "run" || name == "transcript") continue;
      json without = run_;
      without[pointer].erase(name);
      EXPECT_NE(check(without), "") << where << " without " << name;
    }
  }
}

TEST_F(RunSchema, OptionalFieldsAreOptionalAndNewOnesAllowed) {
  run_["results"][0].erase("run");
  run_["results"][0]["platform"] = "later";
  run_["later"] = true;
  EXPECT_EQ(check(run_), "");
  EXPECT_EQ(run_results_from(run_).results[0].run, 1);
}

TEST_F(RunSchema, RefusesWhatIsNoRun) {
  const auto with = [&](const char* where, const json& value) {
    json changed = run_;
    changed[json::json_pointer(where)] = value;
    return check(changed);
  };
  EXPECT_NE(with("/results/0/verdict", "maybe"), "");
  EXPECT_NE(with("/results/0/strength", "RETIRED"), "");
  EXPECT_NE(with("/results/0/clause", "queue 1"), "");
  EXPECT_NE(with("/results/0/seconds", -1), "");
  EXPECT_NE(with("/results/0/run", 0), "");
  EXPECT_NE(with("/results/0/transcript", "text"), "");
  EXPECT_NE(with("/backends/0/name", ""), "");
  EXPECT_NE(with("/suite/seed", "7"), "");
}

}  // namespace
}  // namespace mpspec
