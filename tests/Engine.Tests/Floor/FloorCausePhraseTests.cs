using System.Text;
using MediaEngine.Floor;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

public sealed class FloorCausePhraseTests
{
    [Theory] // TS 24.380 tables 8.2.6.2-1 and 8.2.10.2-1
    [InlineData(1, "Another MCPTT client has permission", "Only one MCPTT client")]
    [InlineData(2, "Internal floor control server error", "Media burst too long")]
    [InlineData(3, "Only one participant", "No permission to send a Media Burst")]
    [InlineData(4, "Retry-after timer has not expired", "Media Burst pre-empted")]
    [InlineData(5, "Receive only", "Cause not known")]
    [InlineData(6, "No resources available", "No resources available")]
    [InlineData(7, "Queue full", "Revoked by another MCPTT client")]
    [InlineData(8, "Cause not known", "Revoked by another MCPTT client")]
    [InlineData(255, "Other reason", "Other reason")]
    public void Each_cause_has_its_phrase(ushort cause, string deny, string revoke)
    {
        Assert.Equal(deny, FloorCausePhrase.TextOfDeny(cause));
        Assert.Equal(revoke, FloorCausePhrase.TextOfRevoke(cause));
    }

    [Fact]
    public void A_foreign_phrase_cannot_steer_a_terminal()
    {
        byte[] phrase = [.. "busy\u001b[2J\u202egnp.exe\n"u8, 0xff];
        Assert.Equal("busy?[2J?gnp.exe?\ufffd", FloorCausePhrase.Printable(phrase));
        Assert.Null(FloorCausePhrase.Printable([]));
        Assert.Equal("späť", FloorCausePhrase.Printable(Encoding.UTF8.GetBytes("späť")));
    }
}
