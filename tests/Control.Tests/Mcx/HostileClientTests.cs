using System.Text;
using MediaEngine.Mcx;
using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>Clients that are authenticated but careless or malicious: nothing they send may throw, pile up or outlive them.</summary>
public class HostileClientTests
{
    private const string RegroupId = "sip:regroup-7@mcx.example";
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(5);

    private readonly McSystemHarness _mcx = new();

    public HostileClientTests()
    {
        foreach (string name in (string[])["alice", "bob", "carol", "erin", "dispatcher"])
            Assert.Equal(200, _mcx.Register(name).Status);
        _mcx.Affiliate("alice", TestOrganisation.Fire);
        _mcx.Affiliate("bob", TestOrganisation.Fire);
        _mcx.Affiliate("carol", TestOrganisation.Ambulance);
    }

    [Fact]
    public void An_invite_is_forgotten_once_its_2xx_can_no_longer_be_repeated()
    {
        SetUpCall();
        Assert.Equal(1, _mcx.System.PendingRequestCount);

        Pass(TimeSpan.FromSeconds(30));
        Assert.Equal(1, _mcx.System.PendingRequestCount);
        Pass(TimeSpan.FromSeconds(30));

        Assert.Equal(0, _mcx.System.PendingRequestCount);
        Assert.Equal(1, _mcx.System.CallCount);
    }

    [Fact]
    public void A_member_that_rings_for_ever_is_cancelled_and_the_caller_answered()
    {
        Assert.Null(_mcx.Call("alice", TestOrganisation.Fire));
        (long token, _, SipRequest invite) = Assert.Single(_mcx.Unanswered);
        _mcx.Run((system, effects) => system.ReceiveResponse(token, SipResponse.For(invite, 180, toTag: "ringing"), _mcx.Now, effects));

        Pass(TimeSpan.FromSeconds(180));
        Assert.Null(_mcx.LateAnswer);
        Pass(TimeSpan.FromSeconds(40));

        Assert.Contains("server → bob: CANCEL", _mcx.Ladder);
        Assert.Equal(480, _mcx.LateAnswer!.Status);
        Assert.Equal((0, 0), (_mcx.System.CallCount, _mcx.System.PendingRequestCount));
    }

    [Fact]
    public void A_repeated_2xx_of_a_call_that_is_over_gets_its_ack_but_one_bye_only()
    {
        Assert.Null(_mcx.Call("alice", TestOrganisation.Fire));
        (long token, _, SipRequest invite) = Assert.Single(_mcx.Unanswered);
        _mcx.Cancel();
        _mcx.Ladder.Clear();
        SipResponse late = Ok(invite, "tag-bob");

        for (int i = 0; i < 3; i++)
            _mcx.Run((system, effects) => system.ReceiveResponse(token, late, _mcx.Now, effects));

        Assert.Equal(3, _mcx.Ladder.Count(line => line == "server → bob: ACK"));
        Assert.Single(_mcx.Ladder, line => line == "server → bob: BYE");
    }

    [Fact]
    public void A_second_device_that_answers_a_forked_invite_is_hung_up()
    {
        Assert.Null(_mcx.Call("alice", TestOrganisation.Fire));
        (long token, _, SipRequest invite) = Assert.Single(_mcx.Unanswered);
        _mcx.Answer("bob");
        _mcx.Ladder.Clear();

        _mcx.Run((system, effects) => system.ReceiveResponse(token, Ok(invite, "tag-of-another-device"), _mcx.Now, effects));

        Assert.Equal(["server → bob: ACK", "server → bob: BYE"], _mcx.Ladder);
        Assert.Equal(1, _mcx.System.CallCount);
    }

    [Theory]
    [InlineData(null, "tag")]
    [InlineData("<sip:u-bob@192.0.2.11>", null)]
    [InlineData(null, null)]
    [InlineData("<urn:nobody>", "tag")]
    [InlineData("<sip:u-bob@[2001:db8::1]:5060>", "tag")]
    [InlineData("<sip:u-bob@192.0.2.11?Subject=x>", "tag")]
    public void A_2xx_without_contact_tag_or_sense_does_not_throw(string? contact, string? tag)
    {
        Assert.Null(_mcx.Call("alice", TestOrganisation.Fire));
        (long token, _, SipRequest invite) = Assert.Single(_mcx.Unanswered);
        var answer = SipResponse.For(invite, 200, toTag: tag);
        if (contact is not null)
            answer.Headers.Add("Contact", contact);
        answer.Headers.Add("Record-Route", "<not a route>");
        McxEffects? acknowledged = null;

        _mcx.System.ReceiveResponse(token, answer, _mcx.Now, acknowledged = new McxEffects());

        Assert.Contains(acknowledged.Sip, effect => effect is SignallingEffect.SendAck);
        // Without a session description the answer cannot be used: the member is out, and with it the call.
        Assert.Equal(0, _mcx.System.CallCount);
    }

    [Fact]
    public void Only_the_participant_itself_can_hang_up()
    {
        SipDialog dialog = SetUpCall();
        SipRequest Bye() => dialog.CreateRequest(SipMethods.Bye);

        SipResponse fromAnotherUser = _mcx.Send("carol", Bye());
        SipResponse fromNobody = _mcx.Send("dave", Bye());

        Assert.Equal((403, 101), (fromAnotherUser.Status, McSystemHarness.WarningOf(fromAnotherUser)));
        Assert.Equal(401, fromNobody.Status);
        Assert.Equal(1, _mcx.System.CallCount);
        Assert.Equal(200, _mcx.Send("alice", Bye()).Status);
        Assert.Equal(0, _mcx.System.CallCount);
    }

    [Fact]
    public void A_bye_of_an_old_sequence_number_is_answered_500_and_ends_nothing()
    {
        SipDialog dialog = SetUpCall();
        SipRequest bye = dialog.CreateRequest(SipMethods.Bye);
        bye.Headers.Set("CSeq", "0 BYE");

        Assert.Equal(500, _mcx.Send("alice", bye).Status);
        Assert.Equal(1, _mcx.System.CallCount);
    }

    [Fact]
    public void The_clients_of_one_user_are_bounded_but_known_ones_may_refresh()
    {
        int accepted = 0;
        SipResponse last = null!;
        for (int i = 0; i < 20; i++)
        {
            last = Register("alice", $"urn:uuid:{i}", callId: $"c{i}", cseq: 1);
            if (last.Status == 200)
                accepted++;
        }

        Assert.Equal(403, last.Status);
        // One was registered before.
        Assert.Equal(15, accepted);
        Assert.Equal(200, Register("alice", "urn:uuid:3", callId: "c3", cseq: 10).Status);
        Assert.Equal(200, Register("alice", "urn:uuid:3", callId: "c3", cseq: 20, expires: "0").Status);
        Assert.Equal(200, Register("alice", "urn:uuid:new", callId: "new", cseq: 1).Status);
    }

    [Fact]
    public void A_late_register_does_not_undo_a_newer_one()
    {
        Assert.Equal(200, Register("alice", "urn:uuid:1", "call", cseq: 7).Status);

        Assert.Equal(500, Register("alice", "urn:uuid:1", "call", cseq: 6, expires: "0").Status);
        Assert.Contains(_mcx.System.Registrations, registration => registration.ClientId == "urn:uuid:1");
    }

    [Theory]
    [InlineData("4294967295", 3600)]
    [InlineData("4294967296", 3600)]
    [InlineData("99999999999999999999", 3600)]
    [InlineData("-1", 3600)]
    [InlineData("soon", 3600)]
    [InlineData("3599", 3599)]
    public void A_registration_lasts_an_hour_at_most_whatever_was_asked_for(string expires, int granted_s)
    {
        SipResponse ok = Register("alice", "urn:uuid:1", "call", cseq: 1, expires: expires);

        Assert.Equal(200, ok.Status);
        Assert.EndsWith($";expires={granted_s}", ok.Headers.Get("Contact"), StringComparison.Ordinal);
    }

    [Fact]
    public void Host_case_escapes_and_ports_do_not_make_another_user_or_group()
    {
        Assert.Equal(200, Register("alice", "urn:uuid:1", "call", cseq: 1, identity: "sip:u-%61lice@MCX.Example:5060;user=phone").Status);
        Assert.Equal(200, _mcx.Affiliate("alice", "sip:%66ire-1@MCX.EXAMPLE").Status);

        Assert.Contains(TestOrganisation.Fire, _mcx.System.Affiliations.Single(affiliation => affiliation.McpttId == TestOrganisation.Id("alice")).Groups);
    }

    [Fact]
    public void Registrations_that_ran_out_while_the_server_was_down_end_at_its_start_with_all_that_hung_on_them()
    {
        _mcx.Regroup("dispatcher", new RegroupBody { Action = RegroupAction.Create, PreconfiguredGroup = TestOrganisation.Preconfigured, RegroupUri = RegroupId, Groups = [TestOrganisation.Fire] });
        _mcx.Now += TimeSpan.FromHours(2);
        _mcx.KillAndRestart();

        Assert.True(_mcx.System.NextDeadline <= _mcx.Now);
        _mcx.Run((system, effects) => system.Expire(_mcx.Now, effects));

        Assert.Empty(_mcx.System.Registrations);
        Assert.Empty(_mcx.System.Affiliations);
        Assert.Empty(Assert.Single(_mcx.System.Regroups).Members);
        _mcx.KillAndRestart();
        Assert.Empty(_mcx.System.Registrations);
        Assert.Empty(_mcx.System.Affiliations);
    }

    [Fact]
    public void A_user_regroup_keeps_no_client_that_de_registered()
    {
        _mcx.Regroup("dispatcher", new RegroupBody { Action = RegroupAction.Create, PreconfiguredGroup = TestOrganisation.Preconfigured, RegroupUri = RegroupId, Users = [TestOrganisation.Id("alice"), TestOrganisation.Id("bob")] });
        _mcx.Call("alice", RegroupId);
        _mcx.Answer("bob");

        Assert.Equal(200, _mcx.Register("bob", expires: 0).Status);

        Assert.Equal([TestOrganisation.Id("alice")], Assert.Single(_mcx.System.Regroups).Members.Select(member => member.McpttId));
        Assert.Equal(0, _mcx.System.CallCount);
        _mcx.Ladder.Clear();
        _mcx.Register("bob");
        Assert.Contains("server → bob: MESSAGE create", _mcx.Ladder);
    }

    [Fact]
    public void A_client_without_the_key_is_not_called_when_it_affiliates_to_a_regrouped_group()
    {
        _mcx.Regroup("dispatcher", new RegroupBody { Action = RegroupAction.Create, PreconfiguredGroup = TestOrganisation.Preconfigured, RegroupUri = RegroupId, Groups = [TestOrganisation.Fire] });
        _mcx.Call("alice", RegroupId);
        _mcx.Answer("bob");
        _mcx.Ladder.Clear();

        // erin belongs to fire-1 but not to the preconfigured group.
        Assert.Equal(200, _mcx.Affiliate("erin", TestOrganisation.Fire).Status);

        Assert.DoesNotContain(_mcx.Ladder, line => line.StartsWith("server → erin", StringComparison.Ordinal));
    }

    [Fact]
    public void The_caller_that_calls_again_still_ends_the_call_when_it_leaves()
    {
        _mcx.Regroup("dispatcher", new RegroupBody { Action = RegroupAction.Create, PreconfiguredGroup = TestOrganisation.Preconfigured, RegroupUri = RegroupId, Groups = [TestOrganisation.Fire, TestOrganisation.Ambulance] });
        _mcx.Call("alice", RegroupId);
        _mcx.Answer("bob");
        _mcx.Answer("carol");
        SipResponse again = _mcx.Call("alice", RegroupId)!;
        SipDialog second = SipDialog.FromClient(_mcx.PendingInvite!.Value.Request, again);
        Assert.Equal(1, _mcx.System.CallCount);

        // The group's policy: who started the call ends it for everybody.
        Assert.Equal(200, _mcx.Send("alice", second.CreateRequest(SipMethods.Bye)).Status);

        Assert.Equal(0, _mcx.System.CallCount);
    }

    [Theory]
    [InlineData("multipart/mixed")]
    [InlineData("multipart/mixed;boundary=")]
    [InlineData("multipart/mixed;boundary=\"")]
    [InlineData("multipart/mixed;boundary=b")]
    [InlineData("multipart/mixed;boundary=b;boundary=c")]
    [InlineData("application/vnd.3gpp.mcptt-info+xml")]
    [InlineData("application/sdp")]
    [InlineData("application/pidf+xml")]
    public void A_body_that_is_not_what_it_says_is_answered_400_or_415(string contentType)
    {
        foreach (string body in (string[])["", "x", "--b\r\n\r\n", "--b\r\n--b\r\n--b--", "--b\r\nContent-Type: multipart/mixed;boundary=b\r\n\r\n--b--\r\n", "--b\r\nContent-Type: application/sdp\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n--b--"])
        {
            SipRequest message = Message("alice");
            message.SetBody(contentType, Encoding.UTF8.GetBytes(body));
            Assert.Contains(_mcx.Send("alice", message).Status, (int[])[400, 415]);
        }
        SipRequest untyped = Message("alice");
        untyped.Body = "x"u8.ToArray();
        Assert.Equal(400, _mcx.Send("alice", untyped).Status);
    }

    [Fact]
    public void What_a_client_writes_neither_forges_nor_floods_the_log()
    {
        string uri = "sip:r@d\nregroup-formed by sip:nobody\u001b[2J" + new string('x', 100_000);
        byte[] body = Encoding.UTF8.GetBytes(
            $"<mcpttregroup><mcpttregroup-Params><preconfig-group-id>{TestOrganisation.Preconfigured}</preconfig-group-id><mcptt-regroup-uri>{uri.Replace("\u001b", "&#133;", StringComparison.Ordinal)}</mcptt-regroup-uri><groups-for-regroup><g>{TestOrganisation.Fire}</g></groups-for-regroup><regroup-action>create</regroup-action></mcpttregroup-Params></mcpttregroup>");
        _mcx.Events.Clear();

        SipResponse refused = _mcx.RegroupRaw("dispatcher", body);

        Assert.Equal((403, 150), (refused.Status, McSystemHarness.WarningOf(refused)));
        McxEvent happened = Assert.Single(_mcx.Events);
        Assert.True(happened.Detail.Length <= McxEffects.MaxEventText + 1);
        Assert.DoesNotContain(happened.Detail, char.IsControl);
    }

    private SipDialog SetUpCall()
    {
        Assert.Null(_mcx.Call("alice", TestOrganisation.Fire));
        _mcx.Answer("bob");
        var dialog = SipDialog.FromClient(_mcx.PendingInvite!.Value.Request, _mcx.LateAnswer!);
        _mcx.SendAck("alice", dialog, _mcx.LateAnswer!.CSeq.Number);
        return dialog;
    }

    private void Pass(TimeSpan time)
    {
        for (Instant end = _mcx.Now + time; _mcx.Now < end;)
        {
            _mcx.Now += Sweep;
            _mcx.Run((system, effects) => system.Expire(_mcx.Now, effects));
        }
    }

    private static SipResponse Ok(SipRequest invite, string tag)
    {
        var ok = SipResponse.For(invite, 200, toTag: tag);
        ok.Headers.Add("Contact", "<sip:u-bob@192.0.2.11:5060>");
        return ok;
    }

    private static SipRequest Message(string name)
    {
        var message = new SipRequest(SipMethods.Message, "sip:mcptt@mcx.example");
        message.Headers.Add("From", $"<sip:u-{name}@mcx.example>;tag=1");
        message.Headers.Add("To", "<sip:mcptt@mcx.example>");
        message.Headers.Add("Call-ID", "weird");
        message.Headers.Add("CSeq", "1 MESSAGE");
        return message;
    }

    private SipResponse Register(string name, string clientId, string callId, int cseq, string expires = "3600", string? identity = null)
    {
        SipRequest Make(int number)
        {
            var request = new SipRequest(SipMethods.Register, "sip:mcx.example");
            request.Headers.Add("From", $"<{identity ?? $"sip:u-{name}@mcx.example"}>;tag=1");
            request.Headers.Add("To", $"<{identity ?? $"sip:u-{name}@mcx.example"}>");
            request.Headers.Add("Call-ID", callId);
            request.Headers.Add("CSeq", $"{number} REGISTER");
            request.Headers.Add("Contact", $"<sip:u-{name}@192.0.2.10:5060>;expires={expires}");
            request.SetBody(ContentTypes.McpttInfo, new McpttInfo { ClientId = clientId }.Serialise());
            return request;
        }
        SipResponse challenge = _mcx.Send(name, Make(cseq));
        Assert.Equal(401, challenge.Status);
        SipRequest answer = Make(cseq + 1);
        answer.Headers.Add("Authorization", DigestClient.Answer(
            challenge.Headers.GetAll("WWW-Authenticate"), TestOrganisation.Domain, $"u-{name}",
            algorithm => DigestCalculator.HashA1(algorithm, $"u-{name}", TestOrganisation.Domain, $"secret of {name}"),
            SipMethods.Register, answer.RequestUri, "c")!);
        return _mcx.Send(name, answer);
    }
}
