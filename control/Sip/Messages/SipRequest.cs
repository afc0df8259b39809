namespace MediaEngine.Sip;

/// <summary>A request. The Request-URI is kept as written: schemes we do not know are answered, not refused by the parser.</summary>
public sealed class SipRequest : SipMessage
{
    public SipRequest(string method, string requestUri)
    {
        ArgumentNullException.ThrowIfNull(requestUri);
        if (!SipSyntax.IsToken(method))
            throw new ArgumentException("A method is a token.", nameof(method));
        if (requestUri.Length == 0 || requestUri.AsSpan().IndexOfAny(" \t\r\n\0") >= 0)
            throw new ArgumentException("A Request-URI is not empty and has no white space.", nameof(requestUri));
        Method = SipMethods.Intern(method);
        RequestUri = requestUri;
    }

    public string Method { get; }

    public string RequestUri { get; }

    /// <summary>A copy with its own header list; the body's memory is shared.</summary>
    public SipRequest Clone()
    {
        var copy = new SipRequest(Method, RequestUri) { Body = Body };
        copy.Headers.CopyFrom(Headers);
        return copy;
    }
}
