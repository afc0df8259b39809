using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.SipFuzz;

/// <summary>What must hold of any octets whatever.</summary>
public static class SipInvariants
{
    // Writing spells compact names out, so a second parse is given more room than the first.
    private static readonly SipLimits s_roomy = new()
    {
        MaxMessage_bytes = 1 << 20,
        MaxHead_bytes = 1 << 20,
        MaxHeaderLine_bytes = 1 << 20,
        MaxHeaders = 1000,
        MaxUri_bytes = 1 << 16,
    };

    /// <summary>True when the octets are a message.</summary>
    public static bool Check(byte[] octets, SipLimits limits, Random random)
    {
        // What is made once only would count as the first message's.
        SipParser.TryParse(octets, limits, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        SipParseOutcome outcome = SipParser.TryParse(octets, limits, out SipMessage? message);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        // The octets, and as text at most all of them, when they are one method.
        Assert.InRange(allocated, 0, 3L * octets.Length + 16L * limits.MaxHeaders * 3 + 4096);
        Assert.Equal(message is not null, outcome is SipParseOutcome.Ok or SipParseOutcome.BadRequest or SipParseOutcome.UnsupportedVersion);

        CheckSplits(octets, limits, random);
        if (message is not null)
            CheckReaders(message);
        if (outcome != SipParseOutcome.Ok)
            return false;
        CheckFrame(octets, message!, limits);
        CheckWriting(message!);
        return true;
    }

    /// <summary>A framer that saw less has said nothing that it takes back.</summary>
    private static void CheckSplits(byte[] octets, SipLimits limits, Random random)
    {
        ReadOnlySpan<byte> stream = octets.AsSpan().TrimStart("\r\n"u8);
        SipFrameOutcome whole = SipFramer.TryFrame(stream, limits, out int length);
        Assert.InRange(length, 0, stream.Length);
        for (int i = 0; i < 6 && stream.Length > 0; i++)
        {
            int split = random.Next(1, stream.Length + 1);
            SipFrameOutcome early = SipFramer.TryFrame(stream[..split], limits, out int earlyLength);
            if (early == SipFrameOutcome.NeedMore)
                Assert.True(whole != SipFrameOutcome.Message || split < length);
            else if (early == SipFrameOutcome.Message)
                Assert.Equal((whole, length), (early, earlyLength));
            else
                Assert.True(whole is SipFrameOutcome.Broken or SipFrameOutcome.TooLarge);
        }
    }

    /// <summary>Where the framer cuts a message, the parser sees the same body.</summary>
    private static void CheckFrame(byte[] octets, SipMessage message, SipLimits limits)
    {
        ReadOnlySpan<byte> stream = octets.AsSpan().TrimStart("\r\n"u8);
        int bodyStart = stream.IndexOf("\r\n\r\n"u8) + 4;
        switch (SipFramer.TryFrame(stream, limits, out int length))
        {
            case SipFrameOutcome.Message:
                Assert.Equal(length - bodyStart, message.Body.Length);
                break;
            case SipFrameOutcome.Broken:
                // Stricter in a stream: see SipFramer.
                Assert.True(message.Headers.Get("Content-Length") is not { Length: <= 10 } || IsFolded(stream[..bodyStart]) ||
                    stream[..64].IndexOfAnyInRange((byte)0, (byte)8) >= 0);
                break;
            default:
                Assert.Fail("A whole message is neither cut nor refused.");
                break;
        }
    }

    private static bool IsFolded(ReadOnlySpan<byte> head) => head.IndexOf("\r\n "u8) >= 0 || head.IndexOf("\r\n\t"u8) >= 0;

    private static void CheckWriting(SipMessage message)
    {
        byte[] written = message.ToBytes();
        Assert.Equal(SipParseOutcome.Ok, SipParser.TryParse(written, s_roomy, out SipMessage? again));
        Assert.Equal(written, again!.ToBytes());
        Assert.Equal(message.Headers.Where(IsNotContentLength), again.Headers.Where(IsNotContentLength));
        Assert.Equal(message.CSeq, again.CSeq);
        Assert.True(message.Body.Span.SequenceEqual(again.Body.Span));
        Assert.Equal(message.From!.ToString(), again.From!.ToString());
        if (message is SipRequest request)
        {
            Assert.True(SipUri.TryParse(request.RequestUri, out SipUri? uri));
            Assert.True(SipUri.TryParse(uri.ToString(), out SipUri? same));
            Assert.Equal(uri, same);
            Assert.Equal(SipParseOutcome.Ok, SipParser.TryParse(SipResponse.For(request, 200, toTag: "t").ToBytes(), s_roomy, out _));
        }
    }

    private static bool IsNotContentLength(KeyValuePair<string, string> header) => header.Key != "Content-Length";

    /// <summary>Whatever is read from a message, good or faulty, is read without an exception.</summary>
    public static void CheckReaders(SipMessage message)
    {
        _ = (message.From, message.To, message.TopVia, message.CSeq, message.ContentType, message.CallId);
        foreach (string name in message.Headers.Select(header => header.Key).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            foreach (string value in message.Headers.GetAll(name))
            {
                Assert.DoesNotContain('\n', value);
                _ = NameAddress.TryParse(value, out _);
                _ = SipVia.TryParse(value, out _);
                _ = SipSessionExpires.TryParse(value, out _);
                _ = SipRAck.TryParse(value, out _);
                _ = SipEvent.TryParse(value, out _);
                _ = SipSubscriptionState.TryParse(value, out _);
                _ = SipReason.TryParse(value, out _);
                _ = SipResourcePriority.TryParse(value, out _);
                _ = SipRetryAfter.TryParse(value, out _);
            }
            Assert.True(message.Headers.Contains(name));
        }
        _ = SipWarning.AllOf(message);
        _ = MultipartBody.PartsOf(message);
        _ = SipDialog.IdOf(message);
        if (message is SipRequest request)
        {
            Assert.NotEmpty(SipResponse.For(request, 400, toTag: "x").ToBytes());
            Assert.Equal(message.Headers.Count, request.Clone().Headers.Count);
        }
    }
}
