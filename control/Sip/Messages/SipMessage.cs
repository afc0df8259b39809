using System.Buffers;

namespace MediaEngine.Sip;

/// <summary>What requests and responses share. Not thread-safe; hand it over, do not share it.</summary>
public abstract class SipMessage
{
    private string? _fromText, _toText, _viaText;
    private NameAddress? _from, _to;
    private SipVia? _via;

    public SipHeaders Headers { get; } = new();

    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>"" when absent.</summary>
    public string CallId => Headers.Get("Call-ID") ?? "";

    /// <summary>(0, "") when absent or malformed.</summary>
    public (uint Number, string Method) CSeq => TryParseCSeq(Headers.Get("CSeq"), out var value) ? value : (0, "");

    public NameAddress? From => Cached("From", ref _fromText, ref _from);

    public NameAddress? To => Cached("To", ref _toText, ref _to);

    public SipVia? TopVia
    {
        get
        {
            string? text = Headers.Get("Via");
            if (!string.Equals(text, _viaText, StringComparison.Ordinal))
            {
                _via = SipVia.TryParse(text, out SipVia? via) ? via : null;
                _viaText = text;
            }
            return _via;
        }
    }

    public string? ContentType => Headers.Get("Content-Type");

    /// <summary>Sets body and Content-Type together.</summary>
    public void SetBody(string contentType, ReadOnlyMemory<byte> body)
    {
        Headers.Set("Content-Type", contentType);
        Body = body;
    }

    /// <summary>The octets on the wire.</summary>
    public byte[] ToBytes()
    {
        var writer = new ArrayBufferWriter<byte>(1024 + Body.Length);
        SipWriter.Write(this, writer);
        return writer.WrittenSpan.ToArray();
    }

    public override string ToString() => System.Text.Encoding.UTF8.GetString(ToBytes());

    internal static bool TryParseCSeq(string? text, out (uint Number, string Method) value)
    {
        value = (0, "");
        if (text is null)
            return false;
        int space = text.AsSpan().IndexOfAny(' ', '\t');
        // RFC 3261 8.1.1.5: less than 2^31.
        if (space < 0 || !SipSyntax.TryParseNumber(text.AsSpan(0, space), int.MaxValue, out uint number))
            return false;
        ReadOnlySpan<char> method = SipSyntax.Trim(text.AsSpan(space));
        if (!SipSyntax.IsToken(method))
            return false;
        value = (number, SipMethods.Intern(method));
        return true;
    }

    private NameAddress? Cached(string name, ref string? cachedText, ref NameAddress? cached)
    {
        string? text = Headers.Get(name);
        if (!ReferenceEquals(text, cachedText))
        {
            cached = NameAddress.TryParse(text, out NameAddress? address) ? address : null;
            cachedText = text;
        }
        return cached;
    }
}
