using System.Buffers;
using System.Globalization;
using System.Text;

namespace MediaEngine.Sip;

/// <summary>Messages to octets. Content-Length is always written, from the body.</summary>
public static class SipWriter
{
    public static void Write(SipMessage message, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(destination);
        if (message is SipRequest request)
            Text(destination, request.Method, " ", request.RequestUri, " SIP/2.0\r\n");
        else if (message is SipResponse response)
            Text(destination, "SIP/2.0 ", response.Status.ToString(CultureInfo.InvariantCulture), " ", response.Reason, "\r\n");
        foreach (var (name, value) in message.Headers)
        {
            if (!string.Equals(name, "Content-Length", StringComparison.OrdinalIgnoreCase))
                Text(destination, name, ": ", value, "\r\n");
        }
        Text(destination, "Content-Length: ", message.Body.Length.ToString(CultureInfo.InvariantCulture), "\r\n\r\n");
        destination.Write(message.Body.Span);
    }

    private static void Text(IBufferWriter<byte> destination, params ReadOnlySpan<string> pieces)
    {
        foreach (string piece in pieces)
            Encoding.UTF8.GetBytes(piece, destination);
    }
}
