using System.Text;

namespace MediaEngine.Sip;

/// <summary>A message's first line (RFC 3261 7.1, 7.2).</summary>
internal ref struct SipStartLine
{
    /// <summary>The request's; null for a response.</summary>
    public string? Method;

    /// <summary>Offset and length of the Request-URI, 0 when it is faulty, or of the reason phrase.</summary>
    public int TextStart;

    public int TextLength_bytes;
    public int Status;

    /// <summary>False: it can be seen what it is, but it breaks a rule.</summary>
    public bool IsGood;

    /// <summary>A faulty request line whose only fault is another SIP version.</summary>
    public bool IsOtherVersion;

    /// <summary>False when it is neither request line nor status line.</summary>
    /// <param name="head">It begins with the line.</param>
    public static bool TryRead(SipHeadText head, int length_bytes, SipLimits limits, out SipStartLine start)
    {
        start = default;
        ReadOnlySpan<byte> line = head.Octets[..length_bytes];
        if (line.IndexOfAny((byte)'\r', (byte)'\n', (byte)0) >= 0 || (!head.IsClean && !System.Text.Unicode.Utf8.IsValid(line)))
            return false;
        return (IsSip(line) && start.TryReadStatusLine(line)) || start.TryReadRequestLine(head, line, limits);
    }

    /// <summary>Whether the line begins or ends as a line of SIP does.</summary>
    public static bool NamesSip(ReadOnlySpan<byte> line) =>
        IsSip(line) || IsSip(line[(line.TrimEnd(" \t"u8).LastIndexOf((byte)' ') + 1)..]);

    private bool TryReadStatusLine(ReadOnlySpan<byte> line)
    {
        if (!Ascii.EqualsIgnoreCase(line[..Math.Min(8, line.Length)], "SIP/2.0 "u8) || line.Length < 11 ||
            (line.Length > 11 && line[11] != ' ') || line[8] is < (byte)'1' or > (byte)'6' ||
            line[8..11].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return false;
        Status = ((line[8] - '0') * 10 + line[9] - '0') * 10 + line[10] - '0';
        TextStart = Math.Min(12, line.Length);
        TextLength_bytes = line.Length - TextStart;
        IsGood = true;
        return true;
    }

    private bool TryReadRequestLine(SipHeadText head, ReadOnlySpan<byte> line, SipLimits limits)
    {
        int first = line.IndexOf((byte)' ');
        int last = line.TrimEnd(" \t"u8).LastIndexOf((byte)' ');
        if (first <= 0 || last <= first || !SipSyntax.IsToken(line[..first]))
            return false;
        ReadOnlySpan<byte> version = line[(last + 1)..];
        if (!IsSip(version))
            return false;
        Method = SipMethods.Intern(line[..first]);
        ReadOnlySpan<byte> uri = line[(first + 1)..last];
        bool isUri = uri.Length <= limits.MaxUri_bytes && IsRequestUri(head.At(first + 1, uri.Length));
        if (isUri)
        {
            TextStart = first + 1;
            TextLength_bytes = uri.Length;
        }
        bool isVersion2 = version[4..].SequenceEqual("2.0"u8);
        IsGood = isUri && isVersion2;
        IsOtherVersion = !isVersion2 && IsVersion(version[4..]);
        return true;
    }

    private static bool IsRequestUri(ReadOnlySpan<char> text) => SipUriText.TryCut(text, out SipUriText uri) && !uri.HasHeaders;

    private static bool IsSip(ReadOnlySpan<byte> text) => text.Length >= 4 && Ascii.EqualsIgnoreCase(text[..4], "SIP/"u8);

    private static bool IsVersion(ReadOnlySpan<byte> text)
    {
        int dot = text.IndexOf((byte)'.');
        return dot > 0 && dot < text.Length - 1 && !text[..dot].ContainsAnyExceptInRange((byte)'0', (byte)'9') &&
            !text[(dot + 1)..].ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }
}
