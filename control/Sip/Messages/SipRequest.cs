using System.Text;

namespace MediaEngine.Sip;

/// <summary>A request. The Request-URI is kept as written: schemes we do not know are answered, not refused by the parser.</summary>
public class SipRequest : SipMessage
{
    private readonly int _uriStart;
    private readonly int _uriLength_bytes;
    private string? _requestUri;

    public SipRequest(string method, string requestUri)
    {
        ArgumentNullException.ThrowIfNull(requestUri);
        if (!SipSyntax.IsToken(method))
            throw new ArgumentException("A method is a token.", nameof(method));
        if (requestUri.Length == 0 || requestUri.AsSpan().IndexOfAny(" \t\r\n\0") >= 0)
            throw new ArgumentException("A Request-URI is not empty and has no white space.", nameof(requestUri));
        Method = SipMethods.Intern(method);
        _requestUri = requestUri;
    }

    /// <summary>A received one. An unreadable URI (length 0) is not needed for the 400; a stand-in keeps the type's rule.</summary>
    private protected SipRequest(in ReceivedLayout layout, in SipStartLine start)
        : base(layout)
    {
        Method = start.Method!;
        _uriStart = start.TextStart;
        _uriLength_bytes = start.TextLength_bytes;
        if (_uriLength_bytes == 0)
            _requestUri = "sip:invalid.invalid";
    }

    public string Method { get; }

    /// <summary>It came from its sender; what a proxy brings, with a Via above, may be anybody's.</summary>
    public bool IsDirect => Headers.GetAll("Via").Count <= 1;

    public string RequestUri => _requestUri ??= TextAt(_uriStart, _uriLength_bytes);

    /// <summary>A copy with its own header list; the body's memory is shared.</summary>
    /// <param name="requestUri">The copy's; null = the same.</param>
    public SipRequest Clone(string? requestUri = null)
    {
        var copy = new SipRequest(Method, requestUri ?? RequestUri) { Body = Body };
        copy.Headers.CopyFrom(Headers);
        return copy;
    }

    internal override int StartLineLength_bytes => Method.Length + Encoding.UTF8.GetByteCount(RequestUri) + "  SIP/2.0\r\n".Length;

    internal override void WriteStartLine(ref Span<byte> destination)
    {
        SipWriter.Append(ref destination, Method);
        SipWriter.Append(ref destination, " "u8);
        SipWriter.Append(ref destination, RequestUri);
        SipWriter.Append(ref destination, " SIP/2.0\r\n"u8);
    }
}
