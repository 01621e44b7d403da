#include "wire/pickle/python2_names.hpp"

#include <algorithm>
#include <iterator>

namespace mp::pickle {
namespace {

struct Renamed {
  GlobalName old_name, new_name;
};

// Single names that moved. Where several old names became one, the first is the one to write.
constexpr Renamed kNames[] = {
    {{"__builtin__", "xrange"}, {"builtins", "range"}},
    {{"__builtin__", "unichr"}, {"builtins", "chr"}},
    {{"__builtin__", "unicode"}, {"builtins", "str"}},
    {{"__builtin__", "basestring"}, {"builtins", "str"}},
    {{"__builtin__", "long"}, {"builtins", "int"}},
    {{"__builtin__", "reduce"}, {"functools", "reduce"}},
    {{"__builtin__", "intern"}, {"sys", "intern"}},
    {{"itertools", "izip"}, {"builtins", "zip"}},
    {{"itertools", "imap"}, {"builtins", "map"}},
    {{"itertools", "ifilter"}, {"builtins", "filter"}},
    {{"itertools", "ifilterfalse"}, {"itertools", "filterfalse"}},
    {{"itertools", "izip_longest"}, {"itertools", "zip_longest"}},
    {{"UserDict", "IterableUserDict"}, {"collections", "UserDict"}},
    {{"UserDict", "UserDict"}, {"collections", "UserDict"}},
    {{"UserList", "UserList"}, {"collections", "UserList"}},
    {{"UserString", "UserString"}, {"collections", "UserString"}},
    {{"urllib2", "HTTPError"}, {"urllib.error", "HTTPError"}},
    {{"urllib2", "URLError"}, {"urllib.error", "URLError"}},
    {{"multiprocessing", "AuthenticationError"},
     {"multiprocessing.context", "AuthenticationError"}},
    {{"multiprocessing", "BufferTooShort"}, {"multiprocessing.context", "BufferTooShort"}},
    {{"multiprocessing", "ProcessError"}, {"multiprocessing.context", "ProcessError"}},
    {{"multiprocessing", "TimeoutError"}, {"multiprocessing.context", "TimeoutError"}},
    {{"multiprocessing.process", "Process"}, {"multiprocessing.context", "Process"}},
};

// Modules that moved as a whole, the same way round.
constexpr GlobalName kModules[] = {
    {"__builtin__", "builtins"},
    {"copy_reg", "copyreg"},
    {"Queue", "queue"},
    {"SocketServer", "socketserver"},
    {"ConfigParser", "configparser"},
    {"repr", "reprlib"},
    {"Tkinter", "tkinter"},
    {"_winreg", "winreg"},
    {"thread", "_thread"},
    {"anydbm", "dbm"},
    {"dumbdbm", "dbm.dumb"},
    {"dbm", "dbm.ndbm"},
    {"gdbm", "dbm.gnu"},
    {"xmlrpclib", "xmlrpc.client"},
    {"SimpleXMLRPCServer", "xmlrpc.server"},
    {"httplib", "http.client"},
    {"htmlentitydefs", "html.entities"},
    {"HTMLParser", "html.parser"},
    {"Cookie", "http.cookies"},
    {"cookielib", "http.cookiejar"},
    {"BaseHTTPServer", "http.server"},
    {"commands", "subprocess"},
    {"urlparse", "urllib.parse"},
    {"robotparser", "urllib.robotparser"},
    {"urllib2", "urllib.request"},
    {"_abcoll", "collections.abc"},
};

// Old modules whose names are only read: what they moved to has another old name, or none.
constexpr GlobalName kReadModules[] = {
    {"exceptions", "builtins"},
    {"SimpleHTTPServer", "http.server"},
    {"CGIHTTPServer", "http.server"},
    {"StringIO", "io"},
    {"cStringIO", "io"},
    {"cPickle", "pickle"},
    {"_elementtree", "xml.etree.ElementTree"},
};

// Python 2's exceptions; what Python 3 added is written as if Python 2 had it among its builtins.
constexpr std::string_view kExceptions[] = {"ArithmeticError",
                                            "AssertionError",
                                            "AttributeError",
                                            "BaseException",
                                            "BufferError",
                                            "BytesWarning",
                                            "DeprecationWarning",
                                            "EOFError",
                                            "EnvironmentError",
                                            "Exception",
                                            "FloatingPointError",
                                            "FutureWarning",
                                            "GeneratorExit",
                                            "IOError",
                                            "ImportError",
                                            "ImportWarning",
                                            "IndentationError",
                                            "IndexError",
                                            "KeyError",
                                            "KeyboardInterrupt",
                                            "LookupError",
                                            "MemoryError",
                                            "NameError",
                                            "NotImplementedError",
                                            "OSError",
                                            "OverflowError",
                                            "PendingDeprecationWarning",
                                            "ReferenceError",
                                            "RuntimeError",
                                            "RuntimeWarning",
                                            "StopIteration",
                                            "SyntaxError",
                                            "SyntaxWarning",
                                            "SystemError",
                                            "SystemExit",
                                            "TabError",
                                            "TypeError",
                                            "UnboundLocalError",
                                            "UnicodeDecodeError",
                                            "UnicodeEncodeError",
                                            "UnicodeError",
                                            "UnicodeTranslateError",
                                            "UnicodeWarning",
                                            "UserWarning",
                                            "ValueError",
                                            "Warning",
                                            "ZeroDivisionError"};

}  // namespace

GlobalName to_python3(std::string_view module, std::string_view name) noexcept {
  if (module == "exceptions" && name == "StandardError") return {"builtins", "Exception"};
  for (const Renamed& renamed : kNames)
    if (renamed.old_name == GlobalName(module, name)) return renamed.new_name;
  for (const auto& [old_module, new_module] : kModules)
    if (old_module == module) return {new_module, name};
  for (const auto& [old_module, new_module] : kReadModules)
    if (old_module == module) return {new_module, name};
  return {module, name};
}

GlobalName to_python2(std::string_view module, std::string_view name) noexcept {
  for (const Renamed& renamed : kNames)
    if (renamed.new_name == GlobalName(module, name)) return renamed.old_name;
  if (module == "builtins" && std::ranges::find(kExceptions, name) != std::end(kExceptions))
    return {"exceptions", name};
  for (const auto& [old_module, new_module] : kModules)
    if (new_module == module) return {old_module, name};
  return {module, name};
}

}  // namespace mp::pickle
