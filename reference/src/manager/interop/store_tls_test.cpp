// Managers that reach their engine by TLS.
#include "manager/interop/shared_store.hpp"

namespace mp::manager::testing {
namespace {

class TlsStore : public Store {
 protected:
  TlsStore() { make_certificate("localhost", "DNS:localhost,IP:127.0.0.1"); }

  /// Signed by itself, so that who trusts it trusts nothing else. NAME.pem and NAME.key.
  void make_certificate(const std::string& name, const std::string& hosts) {
    ChildProgram made({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                       "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                       "/CN=" + name, "-addext", "subjectAltName=" + hosts, "-keyout",
                       file(name + ".key"), "-out", file(name + ".pem")});
    ASSERT_EQ(made.wait(), 0);
  }
  std::string file(const std::string& name) const { return folder_ + "/" + name; }

  void start_tls_engine(const std::string& certificate = "localhost",
                        const std::string& asks_clients = "no") {
    if (port_.empty()) port_ = free_port();
    start_engine({"--appendonly", "yes", "--appendfsync", "always", "--tls-port", port_,
                  "--tls-cert-file", file(certificate + ".pem"), "--tls-key-file",
                  file(certificate + ".key"), "--tls-ca-cert-file", file("localhost.pem"),
                  "--tls-auth-clients", asks_clients});
  }
  std::string url(const std::string& host = "localhost") const {
    return "rediss://" + host + ":" + port_ + "/0";
  }
  std::vector<std::string> by_tls(std::vector<std::string> more = {},
                                  const std::string& host = "localhost") const {
    std::vector<std::string> all = {"--store", url(host), "--store-ca", file("localhost.pem")};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  std::string port_;
};

TEST_F(TlsStore, ObjectsAreSharedAndSurviveTheEngine) {
  start_tls_engine();
  Client one(start_manager("one", by_tls())), two(start_manager("two", by_tls({}, "127.0.0.1")));
  const std::string list = one.create("list");
  // More than one record takes, both ways.
  EXPECT_EQ(one.call(list, "append", {Object::bytes(std::string(300'000, 'x'))}), "None");
  EXPECT_EQ(two.call(list, "pop").size(), 300'003u);
  kill_engine();
  start_tls_engine();
  EXPECT_EQ(two.call(list, "append", {number(1)}), "None");
  EXPECT_EQ(one.call(list, "__len__"), "1");
}

TEST_F(TlsStore, AnotherCertificateIsRefused) {
  make_certificate("stranger", "DNS:localhost");
  make_certificate("elsewhere", "DNS:elsewhere.example");
  start_tls_engine("stranger");
  const std::string unknown = refusal(by_tls());
  EXPECT_NE(unknown.find(url() + ": its certificate is not accepted"), unknown.npos) << unknown;

  engine_.reset();
  start_tls_engine("elsewhere");
  const std::string other = refusal({"--store", url(), "--store-ca", file("elsewhere.pem")});
  EXPECT_NE(other.find("hostname mismatch"), other.npos) << other;
  const std::string address =
      refusal({"--store", url("127.0.0.1"), "--store-ca", file("elsewhere.pem")});
  EXPECT_NE(address.find("IP address mismatch"), address.npos) << address;
}

TEST_F(TlsStore, ShowsACertificateWhereTheEngineAsksForOne) {
  start_tls_engine("localhost", "yes");
  const std::string why = refusal(by_tls());
  EXPECT_NE(why.find(url() + ": "), why.npos) << why;
  Client one(start_manager("one", by_tls({"--store-cert", file("localhost.pem"), "--store-cert-key",
                                          file("localhost.key")})));
  EXPECT_NE(one.create("list"), "");
}

TEST_F(TlsStore, WhatCannotBeUsedIsNamed) {
  start_tls_engine();
  const std::string none = file("none.pem");
  EXPECT_NE(refusal({"--store", url(), "--store-ca", none}).find(none), std::string::npos);
  EXPECT_NE(refusal(by_tls({"--store-cert", none, "--store-cert-key", none})).find(none),
            std::string::npos);
  EXPECT_NE(refusal(by_tls({"--store-cert", file("localhost.pem")})).find("its key"),
            std::string::npos);
}

}  // namespace
}  // namespace mp::manager::testing
