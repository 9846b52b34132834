// Writes the seeds of a corpus, `write_seeds FOLDER TARGET`: what two engines say to each other, and scripts that lead
// as far as an association goes.

#include <filesystem>
#include <fstream>
#include <string>

#include "../test/certificate_link.h"
#include "script.h"

namespace {

std::filesystem::path folder;
std::string wanted_target;

void write(const std::string& target, const std::string& name, core::ByteView bytes) {
  if (target != wanted_target) return;
  std::ofstream file(folder / ("seed-" + name), std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  REQUIRE(file.good());
}

/// What record_fuzz reads from the end of its input: the limit of a message, and the role.
void write_record(const std::string& name, const std::vector<uint8_t>& datagram, bool to_server) {
  InputWriter writer;
  writer.number(to_server ? 1 : 0).number(0x4000, 2).raw(datagram);
  write("record_fuzz", name, writer.bytes());
}

void write_datagrams(const std::string& name, const Link& link) {
  for (size_t i = 0; i < link.to_server.size(); ++i) {
    const std::string number = name + "-client-" + std::to_string(i);
    write_record(number, link.to_server[i], true);
    core::ClientHello hello;
    if (core::parse_client_hello(link.to_server[i], hello)) write("client_hello_fuzz", number, link.to_server[i]);
  }
  for (size_t i = 0; i < link.to_client.size(); ++i) {
    write_record(name + "-server-" + std::to_string(i), link.to_client[i], false);
  }
}

/// Seconds later, `from` shows the first hello again, with the cookie that it was given.
void come_back(InputWriter& writer, uint8_t seconds, uint8_t from) {
  constexpr uint8_t kAnswered = 0, kWithCookie = 0, kUnchanged = 0;
  writer.number(seconds).number(from).number(kAnswered).number(0, 2).number(kWithCookie).number(kUnchanged);
}

void write_hellos(const std::string& name, const Link& link) {
  InputWriter writer;
  writer.number(0).number(0).datagram(link.to_server.at(0)).number(0);
  come_back(writer, 1, 0);
  come_back(writer, 1, 1);
  come_back(writer, 110, 1);
  come_back(writer, 59, 0);
  write("hello_verifier_fuzz", name, writer.bytes());
}

void write_links() {
  Link psk;
  REQUIRE(psk.handshake());
  psk.client.engine.send(psk.client_peer, core::bytes_of("hello"));
  psk.exchange();
  psk.client.engine.close(psk.client_peer);
  psk.exchange();
  write_datagrams("psk", psk);
  write_hellos("psk", psk);

  const Credentials credentials;
  CertificateLink certificates(make_certified(options_of(core::Role::kServer), credentials.of(core::Role::kServer)),
                               make_certified(options_of(core::Role::kClient), credentials.of(core::Role::kClient)));
  REQUIRE(certificates.shake_hands());
  write_datagrams("certificates", certificates);
  write_hellos("certificates", certificates);
}

void write_scripts(Security::Kind kind, const std::string& name) {
  const auto script = [&] { return Script(kind); };
  const auto save = [&](const std::string& what, const Script& script) {
    write("engine_receive_fuzz", name + "-" + what, script.bytes());
  };
  save("messages", script().connect().deliver_all().send(0, 20).send(1, 30).deliver_all().close(0).deliver_all());
  save("lost",
       script().connect().step(Step::kDrop).step(Step::kWaitForDeadline).deliver_all().send(0, 20).deliver_all());
  save("repeated", script().connect().repeat_all(8).send(0, 9).repeat_all(1).replay(3).replay(5));
  save("late", script().connect().deliver(4).step(Step::kDelay).deliver_all().wait(1500).deliver_all());
  save("split", script().connect().split(100).deliver(2).step(Step::kDeliver).split(100).deliver_all());
  save("joined", script()
                     .connect()
                     .deliver(4)
                     .step(Step::kJoin)
                     .deliver_all()
                     .send(1, 40)
                     .send(1, 50)
                     .step(Step::kJoin)
                     .deliver_all());
  save("mutated", script().connect().deliver(2).mutate(60, 7).deliver(2).mutate(30, 1).deliver_all());
  save("damaged", script().connect().deliver_all().send(0, 20).mutate(30, 1).deliver_all().send(0, 9).deliver_all());
  save("short", script().connect().deliver_all().send(0, 20).cut(13).deliver_all().send(0, 9).deliver_all());
  save("again", script()
                    .connect()
                    .deliver_all()
                    .close(0)
                    .deliver_all()
                    .connect(World::Credentials::kSession)
                    .deliver_all()
                    .answer(World::Answer::kRight)
                    .deliver_all()
                    .send(0, 9)
                    .deliver_all());
  save("restarted", script()
                        .connect()
                        .deliver_all()
                        .close(0, false)
                        .connect()
                        .deliver(3)
                        .send(1, 9)
                        .deliver_all()
                        .send(0, 9)
                        .deliver_all());
  save("idle", Script(kind, true).connect().deliver_all().wait(61000).deliver_all());
  save("deferred", script().defer(true).connect().deliver_all().defer(false).deliver_all());
  save("impostor",
       script().connect(World::Credentials::kWrong).deliver_all().step(Step::kWaitForDeadline).deliver_all());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  folder = argv[1];
  wanted_target = argv[2];
  LLVMFuzzerInitialize(nullptr, nullptr);
  write_links();
  write_scripts(Security::kPskCcm, "psk");
  write_scripts(Security::kPskCbc, "cbc");
  write_scripts(Security::kCertificates, "certificates");
  write_scripts(Security::kOutsideSessions, "outside");
  write_scripts(Security::kPskGcm, "gcm");
}
