using System.Runtime.InteropServices;

namespace MediaEngine.Sip;

/// <summary>What requests and responses share. Not thread-safe; hand it over, do not share it.</summary>
public abstract class SipMessage
{
    private string? _fromText, _toText, _viaText;
    private readonly ReceivedLayout _layout;
    private SipHeaders? _headers;
    private ReadOnlyMemory<byte>? _body;
    private NameAddress? _from, _to;
    private SipVia? _via;

    private protected SipMessage()
    {
    }

    /// <summary>A received message.</summary>
    private protected SipMessage(in ReceivedLayout layout) => _layout = layout;

    public SipHeaders Headers => _headers ??= _layout.Headers == 0
        ? new SipHeaders()
        : new SipHeaders(this, MemoryMarshal.Cast<byte, SipHeaderEntry>(Octets[_layout.IndexStart.._layout.Length_bytes]));

    /// <summary>A received one is copied once, when it is asked for.</summary>
    public ReadOnlyMemory<byte> Body
    {
        get => _body ??= _layout.Body_bytes == 0 ? default : Octets.Slice(_layout.BodyStart, _layout.Body_bytes).ToArray();
        set => _body = value;
    }

    /// <summary>Of a received message, as its layout says; empty for one of ours.</summary>
    internal virtual Span<byte> Octets => default;

    /// <summary>"" when absent.</summary>
    public string CallId => Headers.Get("Call-ID") ?? "";

    /// <summary>(0, "") when absent or malformed.</summary>
    public (uint Number, string Method) CSeq => TryCutCSeq(Headers.Get("CSeq"), out uint number, out ReadOnlySpan<char> method)
        ? (number, SipMethods.Intern(method))
        : (0, "");

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
    public byte[] ToBytes() => SipWriter.ToBytes(this);

    public override string ToString() => System.Text.Encoding.UTF8.GetString(ToBytes());

    internal abstract int StartLineLength_bytes { get; }

    internal abstract void WriteStartLine(ref Span<byte> destination);

    internal static bool TryCutCSeq(ReadOnlySpan<char> text, out uint number, out ReadOnlySpan<char> method)
    {
        number = 0;
        method = default;
        int space = text.IndexOfAny(' ', '\t');
        // RFC 3261 8.1.1.5: less than 2^31.
        if (space < 0 || !SipSyntax.TryParseNumber(text[..space], int.MaxValue, out number))
            return false;
        method = SipSyntax.Trim(text[space..]);
        return SipSyntax.IsToken(method);
    }

    /// <summary>A piece of a received message's start line.</summary>
    private protected string TextAt(int start, int length_bytes) =>
        System.Text.Encoding.UTF8.GetString(Octets.Slice(start, length_bytes));

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
