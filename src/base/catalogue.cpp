#include "base/catalogue.h"

#include <algorithm>
#include <filesystem>

#include <sqlite3.h>

#include "base/error.h"
#include "base/files.h"

namespace smelt {
namespace {

constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS runs (name TEXT PRIMARY KEY, status TEXT NOT NULL, started TEXT NOT NULL, seconds REAL "
    "NOT NULL,"
    " recipe_hash TEXT NOT NULL, summary TEXT NOT NULL)";

// A full disk shows as SQLITE_FULL or, for the journal, as SQLITE_IOERR.
UserError database_error(sqlite3* database) {
  const int code = sqlite3_errcode(database) & 0xFF;
  if (code == SQLITE_FULL || code == SQLITE_IOERR || code == SQLITE_CANTOPEN) {
    return resource_error(sqlite3_errmsg(database), "catalogue.sqlite",
                          "free some space and run the same command again: finished work is kept");
  }
  return input_error(sqlite3_errmsg(database), "catalogue.sqlite", "remove the file: it is rebuilt from the runs");
}

class Statement {
 public:
  Statement(sqlite3* database, const char* sql) {
    if (sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr) != SQLITE_OK) {
      throw database_error(database);
    }
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  void bind(int index, const std::string& text) {
    sqlite3_bind_text(statement_, index, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  }
  void bind(int index, double number) { sqlite3_bind_double(statement_, index, number); }
  bool step() {
    const int status = sqlite3_step(statement_);
    if (status != SQLITE_ROW && status != SQLITE_DONE) {
      throw database_error(sqlite3_db_handle(statement_));
    }
    return status == SQLITE_ROW;
  }
  std::string text(int column) const {
    const auto* bytes = sqlite3_column_text(statement_, column);
    return bytes == nullptr ? std::string() : reinterpret_cast<const char*>(bytes);
  }
  double number(int column) const { return sqlite3_column_double(statement_, column); }

 private:
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace

struct Catalogue::State {
  std::string runs_dir;
  sqlite3* database = nullptr;
  ~State() { sqlite3_close(database); }
};

Catalogue::Catalogue(const std::string& runs_dir) : state_(std::make_unique<State>()) {
  state_->runs_dir = runs_dir;
  make_directories(runs_dir);
  const std::string path = runs_dir + "/catalogue.sqlite";
  if (sqlite3_open(path.c_str(), &state_->database) != SQLITE_OK) {
    throw input_error(sqlite3_errmsg(state_->database), path);
  }
  sqlite3_busy_timeout(state_->database, 10'000);
  Statement(state_->database, kSchema).step();
}

Catalogue::~Catalogue() = default;

void Catalogue::put(const RunRow& row) {
  Statement insert(state_->database, "INSERT OR REPLACE INTO runs VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
  insert.bind(1, row.name);
  insert.bind(2, row.status);
  insert.bind(3, row.started);
  insert.bind(4, row.seconds);
  insert.bind(5, row.recipe_hash);
  insert.bind(6, row.summary.dump());
  insert.step();
}

std::vector<RunRow> Catalogue::list() const {
  Statement select(state_->database,
                   "SELECT name, status, started, seconds, recipe_hash, summary FROM runs ORDER BY started DESC, name");
  std::vector<RunRow> rows;
  while (select.step()) {
    RunRow row{select.text(0), select.text(1), select.text(2), select.number(3), select.text(4), {}};
    Result<Json> summary = Json::parse(select.text(5));
    if (summary) {
      row.summary = std::move(summary).value();
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

int64_t Catalogue::rebuild() {
  Statement(state_->database, "DELETE FROM runs").step();
  int64_t found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(state_->runs_dir)) {
    const std::string path = entry.path().string() + "/run.json";
    if (!path_exists(path)) {
      continue;
    }
    const Result<Json> json = Json::parse(read_file(path));
    if (!json || !json.value().is_object()) {
      continue;
    }
    RunRow row{entry.path().filename().string(), json.value().get("status", "unknown"), json.value().get("started", ""),
               json.value().get("seconds", 0.0), json.value().get("recipe_hash", ""),   {}};
    if (const Json* summary = json.value().find("summary")) {
      row.summary = *summary;
    }
    put(row);
    ++found;
  }
  return found;
}

}  // namespace smelt
