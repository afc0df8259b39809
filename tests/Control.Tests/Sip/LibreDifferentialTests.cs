using System.Text;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>
/// Our parser beside libre's decoder: what both accept they must read alike, and what only one accepts needs a reason listed
/// here. libre looks at start line, first Via, From, To and CSeq when it decodes, at a Contact when it is asked for.
/// </summary>
public sealed class LibreDifferentialTests
{
    private const int Mutations = 20_000;
    private static readonly string[] FieldNames =
        ["kind", "method or status", "URI or reason", "sent-by", "branch", "From tag", "To tag", "Call-ID", "CSeq", "CSeq method", "Content-Length"];

    /// <summary>What libre takes and we refuse, and why.</summary>
    private static readonly Dictionary<string, string> StricterThanLibre = new(StringComparer.Ordinal)
    {
        ["badaspec"] = "white space in angle brackets",
        ["clerr"] = "the body is short",
        ["escruri"] = "headers in a Request-URI",
        ["insuf"] = "mandatory headers are missing",
        ["mcl01"] = "two lengths",
        ["mismatch01"] = "CSeq names another method",
        ["mismatch02"] = "CSeq names another method",
        ["multi01"] = "single headers repeated",
        ["ncl"] = "a negative length",
        ["quotbal"] = "a quote stays open",
        ["regbadct"] = "a question mark outside angle brackets",
        ["scalar02"] = "numbers out of range",
        ["scalarlg"] = "numbers out of range",
        ["bigcode"] = "a status of ten digits",
        ["wsinv"] = "white space before colons",
    };

    /// <summary>What we take and libre refuses, and why that is right.</summary>
    private static readonly Dictionary<string, string> LaxerThanLibre = new(StringComparer.Ordinal)
    {
        ["inv2543"] = "a Via without branch (RFC 2543)",
        ["unksm2"] = "foreign schemes in From and To are answered, not dropped",
    };

    [Fact]
    public void The_torture_messages_are_read_alike_but_for_listed_reasons()
    {
        string[] names = [.. Rfc4475Tests.Verdicts.Select(row => row.Data.Item1)];
        byte[][] messages = [.. names.Select(Rfc4475Tests.Octets)];
        string[]?[] theirs = Libre.Decode(messages);
        var stricter = new List<string>();
        var laxer = new List<string>();
        for (int i = 0; i < names.Length; i++)
        {
            string[]? ours = Read(messages[i], out SipMessage? message);
            if (ours is null && theirs[i] is not null)
                stricter.Add(names[i]);
            else if (ours is not null && theirs[i] is null)
                laxer.Add(names[i]);
            else if (ours is not null)
                Assert.Null(Difference(ours, theirs[i]!, message!));
        }
        Assert.Equal(StricterThanLibre.Keys.Order(StringComparer.Ordinal), stricter.Order(StringComparer.Ordinal));
        Assert.Equal(LaxerThanLibre.Keys.Order(StringComparer.Ordinal), laxer.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Mutated_messages_that_both_take_are_read_alike()
    {
        var mutator = new SipMutator(4475);
        byte[][] messages = [.. Enumerable.Range(0, Mutations).Select(_ => mutator.Next())];
        string[]?[] theirs = Libre.Decode(messages);
        int both = 0;
        var differences = new List<string>();
        for (int i = 0; i < Mutations; i++)
        {
            if (SipParser.TryParse(messages[i], SipLimits.Default, out SipMessage? message) != SipParseOutcome.Ok)
                continue;
            string? difference = theirs[i] is not null ? Difference(Fields(message!), theirs[i]!, message!)
                : IsLaxerForAReason(messages[i], message!) ? null : "only we take it";
            both += theirs[i] is null ? 0 : 1;
            if (difference is not null)
                differences.Add(difference + "\n" + Encoding.Latin1.GetString(messages[i]));
        }
        Assert.True(differences.Count == 0, $"{differences.Count} of {both} differ, the first:\n{string.Join("\n=====\n", differences.Take(5))}");
        Assert.InRange(both, Mutations / 10, Mutations);
    }

    /// <summary>Reasons for which libre refuses what we take.</summary>
    private static bool IsLaxerForAReason(byte[] octets, SipMessage message) =>
        // RFC 3261 7.5: line breaks before the start line, however many.
        octets[0] is (byte)'\r' or (byte)'\n' ||
        // RFC 2543 had no branch; RFC 3261 17.2.3 still matches such requests.
        message.TopVia!.Branch.Length == 0 ||
        // A transport is a token; libre takes letters.
        !message.TopVia.Transport.All(char.IsAsciiLetter) ||
        // Foreign schemes are answered 416 or 404.
        !message.From!.Uri.IsSip || !message.To!.Uri.IsSip || (message is SipRequest request && !request.RequestUri.StartsWith("sip", StringComparison.OrdinalIgnoreCase)) ||
        // A Content-Type is looked at when the body is.
        (message.ContentType is { } type && !IsMediaType(type));

    private static bool IsMediaType(string type)
    {
        int slash = type.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && char.IsAsciiLetter(type[0]) && type[..slash].All(c => char.IsAsciiLetterOrDigit(c) || c == '-') &&
            slash + 1 < type.Length && char.IsAsciiLetterOrDigit(type[slash + 1]);
    }

    private static string? Difference(string[] ours, string[] theirs, SipMessage message)
    {
        for (int i = 0; i < Math.Max(ours.Length, theirs.Length); i++)
        {
            string field = i < FieldNames.Length ? FieldNames[i] : "Contact";
            string mine = i < ours.Length ? Plain(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(ours[i]))) : "none";
            string other = i < theirs.Length ? Plain(theirs[i]) : "none";
            if (mine != other && !IsKnown(field, other, message))
                return $"{field}: we '{mine}', libre '{other}'";
        }
        return null;
    }

    /// <summary>Differences that are libre's.</summary>
    private static bool IsKnown(string field, string theirs, SipMessage message) => field switch
    {
        // It cuts the transport at the first character that is no letter and takes the rest for the host.
        "sent-by" => !message.TopVia!.Transport.All(char.IsAsciiLetter),
        // It splits lists at commas inside angle brackets too, and an empty header is an element.
        "Contact" => theirs is "!" or "none" || message.Headers.Any(header => header is { Key: "Contact", Value: "" }) ||
            message.Headers.GetAll("Contact").Any(contact => contact.Contains(',', StringComparison.Ordinal)),
        // It knows headers by twelve bits of a hash of their names: "~-Length" is its Call-ID.
        _ => message.Headers.Any(header => header.Key != field && Plain(header.Value) == theirs),
    };

    private static string[]? Read(byte[] octets, out SipMessage? message) =>
        SipParser.TryParse(octets, SipLimits.Default, out message) == SipParseOutcome.Ok ? Fields(message!) : null;

    private static string[] Fields(SipMessage message)
    {
        string[] start = message is SipRequest request
            ? ["request", request.Method, request.RequestUri]
            : ["response", $"{((SipResponse)message).Status}", ((SipResponse)message).Reason];
        SipVia via = message.TopVia!;
        return
        [
            .. start, via.Port == 0 ? via.Host : $"{via.Host}:{via.Port}", via.Branch, message.From!.Tag ?? "", message.To!.Tag ?? "", message.CallId,
            $"{message.CSeq.Number}", message.CSeq.Method, message.Headers.Get("Content-Length") ?? "",
            .. message.Headers.GetAll("Contact").Select(contact => contact == "*" ? "!" : UriText(contact)),
        ];
    }

    /// <summary>As written: our own URI type normalises.</summary>
    private static string UriText(string contact)
    {
        int open = contact.LastIndexOf('<');
        int end = open < 0 ? contact.IndexOf(';', StringComparison.Ordinal) : contact.IndexOf('>', open);
        return contact[(open + 1)..(end < 0 ? contact.Length : end)].Trim(' ', '\t');
    }

    private static string Plain(string text) => string.Join(' ', text.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
