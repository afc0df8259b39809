using System.Net;
using System.Text;
using MediaEngine.Floor;
using MediaEngine.Mcx;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>Telephones without MCPTT in group and regroup calls.</summary>
public class PlainSipTests
{
    private const string RegroupId = "sip:regroup-7@mcx.example";
    private const string Key = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
    private const string OtherKey = "PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR";
    private const string Crypto = $"a=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:{Key}|2^20\r\n";

    private readonly McSystemHarness _mcx = new(organisation: Organisation());

    [Fact]
    public void Registering_with_md5_and_no_body_affiliates_to_what_the_organisation_says()
    {
        SipResponse answer = _mcx.RegisterPlain("phone");

        Assert.Equal(200, answer.Status);
        Affiliation affiliation = Assert.Single(_mcx.System.Affiliations);
        Assert.Equal([TestOrganisation.Fire], affiliation.Groups);
        Assert.Equal(TestOrganisation.Id("phone"), affiliation.McpttId);
        Assert.DoesNotContain(_mcx.Events, entry => entry.Warning);
    }

    [Fact]
    public void A_telephone_that_registers_again_stays_affiliated_and_nothing_is_said_of_it()
    {
        _mcx.RegisterFrom("first", "phone", "Contact: <sip:u-phone@192.0.2.16:5060>");
        int told = _mcx.Events.Count(entry => entry.Name == "affiliated");
        _mcx.RegisterFrom("second", "phone", "Contact: <sip:u-phone@192.0.2.16:5060>");

        Assert.Equal(2, _mcx.Events.Count(entry => entry.Name == "registered"));
        Assert.Equal((1, 1), (told, _mcx.Events.Count(entry => entry.Name == "affiliated")));
        Assert.Equal([TestOrganisation.Fire], Assert.Single(_mcx.System.Affiliations).Groups);
        _mcx.KillAndRestart();
        Assert.Equal([TestOrganisation.Fire], Assert.Single(_mcx.System.Affiliations).Groups);
    }

    [Fact]
    public void Md5_is_for_telephones_only()
    {
        Assert.Equal(403, _mcx.RegisterPlain("alice").Status);
        Assert.Equal(200, _mcx.RegisterPlain("phone", algorithm: DigestAlgorithm.Sha256).Status);
    }

    [Fact]
    public void A_telephone_is_challenged_with_md5_first()
    {
        SipRequest request = new SipRequest(SipMethods.Register, "sip:mcx.example");
        foreach ((string name, string value) in ((string, string)[])
            [("From", "<sip:u-phone@mcx.example>;tag=1"), ("To", "<sip:u-phone@mcx.example>"), ("Call-ID", "1"), ("CSeq", "1 REGISTER")])
            request.Headers.Add(name, value);

        Assert.Contains("MD5", _mcx.Send("phone", request).Headers.GetAll("WWW-Authenticate")[0], StringComparison.Ordinal);
        request.Headers.Set("From", "<sip:u-alice@mcx.example>;tag=1");
        Assert.Contains("SHA-256", _mcx.Send("alice", request).Headers.GetAll("WWW-Authenticate")[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_with_a_telephone_is_invited_from_the_group_and_offered_srtp()
    {
        Prepare();

        Assert.Null(_mcx.Call("alice", TestOrganisation.Fire));
        SipRequest invite = _mcx.Unanswered.Single(sent => sent.To == "phone").Request;
        Assert.Equal(TestOrganisation.Fire, invite.From!.Uri.ToString());
        Assert.Equal("sip:u-phone@mcx.example", invite.To!.Uri.ToString());
        Assert.Null(invite.Headers.Get("Accept-Contact"));
        Assert.Equal("application/sdp", invite.Headers.Get("Content-Type"));
        string offer = Encoding.ASCII.GetString(invite.Body.Span);
        Assert.Contains("m=audio 16384 RTP/SAVP 8 101\r\n", offer, StringComparison.Ordinal);
        Assert.Contains("a=crypto:1 AEAD_AES_128_GCM inline:", offer, StringComparison.Ordinal);
        Assert.Contains("a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:", offer, StringComparison.Ordinal);
        Assert.DoesNotContain("MCPTT", offer, StringComparison.Ordinal);

        _mcx.AnswerPlain("phone", Sdp("RTP/SAVP", $"a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:{Key}\r\n"));

        Assert.Equal(
            ["alice → server: INVITE", "server → phone: INVITE", "phone → server: 200 INVITE", "server → phone: ACK", "server → client: 200 INVITE"],
            _mcx.Ladder);
        MediaEffect.AddPlainLeg leg = Assert.Single(_mcx.Media.OfType<MediaEffect.AddPlainLeg>());
        Assert.Equal(TestOrganisation.Id("phone"), leg.McpttId);
        Assert.Equal(new IPEndPoint(IPAddress.Parse("192.0.2.16"), 7078), leg.Endpoint.Audio);
        Assert.Equal("Aes128CmHmacSha1_80", leg.Endpoint.Keys!.ToString());
        Assert.Equal((byte?)101, leg.Endpoint.TelephoneEvent);
        Assert.Equal((true, true), (leg.Endpoint.Receives, leg.Endpoint.Sends));
        Assert.Equal(PlainTalkMode.Digit, leg.Talk.Mode);
        Assert.Equal((leg.AudioSsrc, (byte?)5, false), (leg.Profile.AudioSsrc, leg.Profile.NegotiatedPriority, leg.Profile.ReceiveOnly));
    }

    [Fact]
    public void A_telephone_without_srtp_is_invited_again_in_clear()
    {
        Prepare();
        _mcx.Call("alice", TestOrganisation.Fire);
        _mcx.Answer("phone", 488);

        string offer = Encoding.ASCII.GetString(_mcx.Unanswered.Single(sent => sent.To == "phone").Request.Body.Span);
        Assert.Contains("m=audio 16384 RTP/AVP 8 101\r\n", offer, StringComparison.Ordinal);
        Assert.DoesNotContain("crypto", offer, StringComparison.Ordinal);
        _mcx.AnswerPlain("phone", Sdp("RTP/AVP"));

        Assert.Null(Assert.Single(_mcx.Media.OfType<MediaEffect.AddPlainLeg>()).Endpoint.Keys);
        Assert.Equal(200, _mcx.LateAnswer!.Status);
    }

    [Fact]
    public void Where_srtp_is_required_the_refusal_is_final()
    {
        Prepare(security: PlainSecurity.Required);
        _mcx.Call("alice", TestOrganisation.Fire);

        _mcx.Answer("phone", 488);

        Assert.Equal(480, _mcx.LateAnswer!.Status);
        Assert.Equal(488, _mcx.CallPlain("phone", TestOrganisation.Fire, Sdp("RTP/AVP"))!.Status);
    }

    [Theory]
    [InlineData("RTP/SAVP", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + Key + "\r\n")] // a suite and tag, but none of ours
    [InlineData("RTP/SAVP", "")]
    [InlineData("RTP/AVP", "")]
    public void An_answer_that_takes_none_of_the_offered_keys_ends_the_leg(string protocol, string lines)
    {
        Prepare();
        _mcx.Call("alice", TestOrganisation.Fire);

        _mcx.AnswerPlain("phone", Sdp(protocol, lines));

        Assert.Contains("server → phone: BYE", _mcx.Ladder);
        Assert.Empty(_mcx.Media.OfType<MediaEffect.AddPlainLeg>());
        Assert.Equal(480, _mcx.LateAnswer!.Status);
    }

    [Fact]
    public void A_telephone_calls_a_group_by_its_identity()
    {
        Prepare();

        Assert.Null(_mcx.CallPlain("phone", TestOrganisation.Fire, Sdp("RTP/SAVP", Crypto)));
        _mcx.Answer("alice");

        SipResponse answer = _mcx.LateAnswer!;
        Assert.Equal(200, answer.Status);
        Assert.Equal("application/sdp", answer.Headers.Get("Content-Type"));
        string sdp = Encoding.ASCII.GetString(answer.Body.Span);
        Assert.Contains("m=audio 16384 RTP/SAVP 8 101\r\n", sdp, StringComparison.Ordinal);
        // The offer's tag and suite with a key of our own (RFC 4568 5.1.2).
        Assert.Contains("a=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:", sdp, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, sdp, StringComparison.Ordinal);
        Assert.Equal(["sip:alice@mcx.example"], _mcx.Media.OfType<MediaEffect.AddLeg>().Select(leg => leg.McpttId));
        Assert.Equal("Aes128CmHmacSha1_80", Assert.Single(_mcx.Media.OfType<MediaEffect.AddPlainLeg>()).Endpoint.Keys!.ToString());
    }

    [Fact]
    public void Of_several_crypto_lines_the_first_that_can_be_used_is_taken()
    {
        Prepare();
        _mcx.CallPlain("phone", TestOrganisation.Fire, Sdp("RTP/SAVP",
            $"a=crypto:1 F8_128_HMAC_SHA1_80 inline:{Key}\r\na=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:{Key}|1:4\r\n"
            + $"a=crypto:3 AES_CM_128_HMAC_SHA1_32 inline:{Key} WSH=128\r\n"));
        _mcx.Answer("alice");

        Assert.Contains("a=crypto:3 AES_CM_128_HMAC_SHA1_32 inline:", Encoding.ASCII.GetString(_mcx.LateAnswer!.Body.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void Calling_a_constituent_of_a_regroup_is_calling_the_regroup()
    {
        Prepare();
        _mcx.Register("dispatcher");
        Assert.Equal(200, _mcx.Regroup("dispatcher", new RegroupBody
        {
            Action = RegroupAction.Create,
            PreconfiguredGroup = TestOrganisation.Preconfigured,
            RegroupUri = RegroupId,
            Groups = [TestOrganisation.Fire],
        }).Status);
        // Telephones are told nothing: they would not understand it.
        Assert.DoesNotContain("server → phone: MESSAGE create", _mcx.Ladder);
        Assert.Contains("server → alice: MESSAGE create", _mcx.Ladder);
        _mcx.Answer("alice");

        Assert.Null(_mcx.CallPlain("phone", TestOrganisation.Fire, Sdp("RTP/AVP")));
        _mcx.Answer("alice");

        Assert.Equal(200, _mcx.LateAnswer!.Status);
        Assert.Equal(RegroupId, Assert.Single(_mcx.Media.OfType<MediaEffect.OpenCall>()).GroupIdentity);
    }

    [Theory]
    [InlineData("sip:nobody@mcx.example", 404)]
    [InlineData(TestOrganisation.Police, 403)]
    [InlineData(TestOrganisation.Preconfigured, 403)]
    public void The_groups_checks_hold_for_telephones(string group, int status)
    {
        Prepare();

        Assert.Equal(status, _mcx.CallPlain("phone", group, Sdp("RTP/AVP"))!.Status);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("v=0\r\no=- 1 1 IN IP4 192.0.2.16\r\ns=-\r\nc=IN IP4 192.0.2.16\r\nt=0 0\r\nm=audio 7078 RTP/AVP 0\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 192.0.2.16\r\ns=-\r\nc=IN IP4 239.1.1.1\r\nt=0 0\r\nm=audio 7078 RTP/AVP 8\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 192.0.2.16\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=audio 7078 RTP/AVP 8\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 192.0.2.16\r\ns=-\r\nc=IN IP4 192.0.2.16\r\nt=0 0\r\nm=audio 0 RTP/AVP 8\r\n")]
    public void An_offer_that_cannot_be_used_is_not_acceptable(string? sdp)
    {
        Prepare();

        Assert.Equal(488, _mcx.CallPlain("phone", TestOrganisation.Fire, sdp)!.Status);
    }

    [Fact]
    public void Hold_stops_the_media_and_resume_brings_it_back_under_the_same_keys()
    {
        SipDialog dialog = CallUp(Crypto);
        SipResponse held = _mcx.SendWithin("phone", dialog, SipMethods.Invite, Sdp("RTP/SAVP", Crypto + "a=sendonly\r\n"));
        SipResponse resumed = _mcx.SendWithin("phone", dialog, SipMethods.Invite, Sdp("RTP/SAVP", Crypto));

        Assert.Contains("a=recvonly\r\n", Encoding.ASCII.GetString(held.Body.Span), StringComparison.Ordinal);
        Assert.Contains("a=sendrecv\r\n", Encoding.ASCII.GetString(resumed.Body.Span), StringComparison.Ordinal);
        Assert.Equal(CryptoOf(_mcx.LateAnswer!), CryptoOf(held));
        Assert.Equal(CryptoOf(held), CryptoOf(resumed));
        Assert.Equal(
            [(false, false, true), (true, true, true)],
            _mcx.Media.OfType<MediaEffect.ChangePlainLeg>().Select(change => (change.Endpoint.Receives, change.Endpoint.Sends, change.KeepKeys)));
        Assert.Equal([1ul, 2ul, 3ul], ((SipResponse[])[_mcx.LateAnswer!, held, resumed]).Select(VersionOf));
    }

    [Theory]
    [InlineData("a=inactive\r\n", "192.0.2.16", "a=inactive\r\n")]
    [InlineData("", "0.0.0.0", "a=sendrecv\r\n")]
    public void The_other_ways_to_hold_work_too(string direction, string address, string answered)
    {
        SipDialog dialog = CallUp(Crypto);

        SipResponse held = _mcx.SendWithin("phone", dialog, SipMethods.Invite, Sdp("RTP/SAVP", Crypto + direction, address));

        Assert.Equal(200, held.Status);
        Assert.Contains(answered, Encoding.ASCII.GetString(held.Body.Span), StringComparison.Ordinal);
        MediaEffect.ChangePlainLeg change = Assert.Single(_mcx.Media.OfType<MediaEffect.ChangePlainLeg>());
        Assert.False(change.Endpoint.Receives);
        Assert.Equal(new IPEndPoint(IPAddress.Parse("192.0.2.16"), 7078), change.Endpoint.Audio);
    }

    [Fact]
    public void A_new_key_of_the_telephone_gets_a_new_key_of_ours()
    {
        SipDialog dialog = CallUp(Crypto);

        SipResponse changed = _mcx.SendWithin("phone", dialog, SipMethods.Invite,
            Sdp("RTP/SAVP", $"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{OtherKey}\r\n"));

        Assert.NotEqual(CryptoOf(_mcx.LateAnswer!).Split(' ')[2], CryptoOf(changed).Split(' ')[2]);
        MediaEffect.ChangePlainLeg change = Assert.Single(_mcx.Media.OfType<MediaEffect.ChangePlainLeg>());
        Assert.False(change.KeepKeys);
        Assert.NotNull(change.Endpoint.Keys);
    }

    [Fact]
    public void A_re_invite_that_cannot_be_used_changes_nothing()
    {
        SipDialog dialog = CallUp(Crypto);

        Assert.Equal(488, _mcx.SendWithin("phone", dialog, SipMethods.Invite, Sdp("RTP/SAVP")).Status);
        Assert.Equal(488, _mcx.SendWithin("phone", dialog, SipMethods.Invite).Status);
        SipRequest invite = _mcx.PendingInvite!.Value.Request;
        SipDialog other = SipDialog.FromClient(invite, SipResponse.For(invite, 200, toTag: "another"));
        Assert.Equal(481, _mcx.SendWithin("phone", other, SipMethods.Invite).Status);
        Assert.Empty(_mcx.Media.OfType<MediaEffect.ChangePlainLeg>());
    }

    [Fact]
    public void Hanging_up_and_de_registering_end_the_leg()
    {
        SipDialog dialog = CallUp(Crypto);
        Assert.Equal(200, _mcx.SendWithin("phone", dialog, SipMethods.Bye).Status);
        Assert.Contains("server → alice: BYE", _mcx.Ladder);
        Assert.Equal(0, _mcx.System.CallCount);

        _mcx.RegisterPlain("phone", expires: 0);
        Assert.DoesNotContain(_mcx.System.Affiliations, affiliation => affiliation.McpttId == TestOrganisation.Id("phone"));
    }

    [Fact]
    public void No_audio_ssrc_is_given_twice_not_even_after_a_crash()
    {
        var seen = new HashSet<uint>();
        for (int restart = 0; restart < 4; restart++)
        {
            for (int call = 0; call < 3; call++)
            {
                _mcx.Media.Clear();
                SipDialog dialog = CallUp(Crypto);
                Assert.True(seen.Add(Assert.Single(_mcx.Media.OfType<MediaEffect.AddPlainLeg>()).AudioSsrc));
                _mcx.SendWithin("phone", dialog, SipMethods.Bye);
            }
            _mcx.KillAndRestart();
        }
    }

    [Fact]
    public void A_telephone_gets_no_keys_and_the_media_plane_is_told_when_the_new_one_counts()
    {
        var mcx = new McSystemHarness(organisation: Organisation(managed: true));
        mcx.Register("dispatcher");
        mcx.Register("alice");
        mcx.Affiliate("alice", TestOrganisation.Fire);
        mcx.RegisterPlain("phone");
        mcx.TakeKeys();
        Assert.Contains("server → alice: MESSAGE mikey", mcx.Ladder);
        Assert.DoesNotContain("server → phone: MESSAGE mikey", mcx.Ladder);
        Assert.Null(mcx.CallPlain("phone", TestOrganisation.Fire, Sdp("RTP/AVP")));
        mcx.Answer("alice");

        mcx.Rotate("dispatcher", new KeyRotationBody(TestOrganisation.Fire).Serialise());
        MediaEffect.InstallGroupKey install = Assert.IsType<MediaEffect.InstallGroupKey>(mcx.Media[^1]);
        mcx.Wait(new KeyOptions().Lead - TimeSpan.FromSeconds(1));
        Assert.IsType<MediaEffect.InstallGroupKey>(mcx.Media[^1]);
        mcx.Wait(TimeSpan.FromSeconds(3));

        Assert.Equal(install.MediaKey.Id, Assert.IsType<MediaEffect.UseGroupKey>(mcx.Media[^1]).GmkId);
        mcx.Wait(new KeyOptions().Overlap);
        Assert.IsType<MediaEffect.RetireGroupKey>(mcx.Media[^1]);
        Assert.DoesNotContain("server → phone: MESSAGE mikey", mcx.Ladder);
    }

    internal static Organisation Organisation(bool managed = false, PlainSecurity security = PlainSecurity.Preferred)
    {
        Organisation made = TestOrganisation.Create();
        var phone = new McUser
        {
            McpttId = TestOrganisation.Id("phone"),
            SipIdentity = "sip:u-phone@mcx.example",
            Password = "secret of phone",
            PlainSip = new PlainSipProfile { Talk = new PlainTalkPolicy { Mode = PlainTalkMode.Digit }, Security = security },
        };
        var member = new GroupMember { McpttId = phone.McpttId };
        return new Organisation(TestOrganisation.Domain, [.. made.Users.Select(user => user with { MayManageKeys = user.AllowRegroup }), phone],
            made.Groups.Select(group => managed && group.Id == TestOrganisation.Fire ? group with { GroupMasterKey = null } : group)
                .Select(group => group.Id is TestOrganisation.Fire or TestOrganisation.Preconfigured
                ? group with { Members = new Dictionary<string, GroupMember>(group.Members) { [phone.McpttId] = member } }
                : group));
    }

    internal static string Sdp(string protocol, string lines = "", string address = "192.0.2.16") =>
        $"v=0\r\no=phone 1 1 IN IP4 {address}\r\ns=call\r\nc=IN IP4 {address}\r\nt=0 0\r\n"
        + $"m=audio 7078 {protocol} 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n{lines}";

    private static string CryptoOf(SipResponse response) =>
        Encoding.ASCII.GetString(response.Body.Span).Split("\r\n").Single(line => line.StartsWith("a=crypto:", StringComparison.Ordinal));

    private static ulong VersionOf(SipResponse response)
    {
        Assert.True(SessionDescription.TryParse(response.Body, out SessionDescription description, out _));
        return description.SessionVersion;
    }

    [Fact]
    public void A_telephone_is_refreshed_with_what_was_described_last_and_its_answer_changes_nothing()
    {
        CallUp(Crypto);
        int media = _mcx.Media.Count;
        RefreshDue();
        Assert.Equal(_mcx.LateAnswer!.Body.ToArray(), _mcx.Waiting("phone", SipMethods.Invite).Body.ToArray());

        _mcx.Respond("phone", SipMethods.Invite, 200, Sdp("RTP/SAVP", Crypto));

        Assert.Equal(media, _mcx.Media.Count);
        Assert.DoesNotContain(_mcx.Events, happened => happened.Name is "call-media-changed" or "call-media-kept");
    }

    [Fact]
    public void An_invited_telephone_is_offered_the_same_again()
    {
        Prepare();
        _mcx.Call("alice", TestOrganisation.Fire);
        byte[] offer = _mcx.Waiting("phone", SipMethods.Invite).Body.ToArray();
        _mcx.AnswerPlain("phone", Sdp("RTP/SAVP", $"a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:{Key}\r\n"));
        int media = _mcx.Media.Count;
        RefreshDue();
        Assert.Equal(offer, _mcx.Waiting("phone", SipMethods.Invite).Body.ToArray());

        _mcx.Respond("phone", SipMethods.Invite, 200, Sdp("RTP/SAVP", $"a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:{Key}\r\n"));

        Assert.Equal(media, _mcx.Media.Count);
    }

    [Fact]
    public void A_telephone_that_answers_a_refresh_with_a_new_key_gets_a_new_one_too()
    {
        CallUp(Crypto);
        string ours = CryptoOf(_mcx.LateAnswer!);
        RefreshDue();
        _mcx.Respond("phone", SipMethods.Invite, 200, Sdp("RTP/SAVP", $"a=crypto:7 AES_CM_128_HMAC_SHA1_80 inline:{OtherKey}\r\n"));
        Assert.Empty(_mcx.Media.OfType<MediaEffect.ChangePlainLeg>());

        SipRequest fresh = _mcx.Waiting("phone", SipMethods.Invite);
        string offer = Encoding.ASCII.GetString(fresh.Body.Span);
        Assert.DoesNotContain(ours.Split(' ')[2], offer, StringComparison.Ordinal);
        _mcx.Respond("phone", SipMethods.Invite, 200, Sdp("RTP/SAVP", $"a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:{OtherKey}\r\n"));

        MediaEffect.ChangePlainLeg change = Assert.Single(_mcx.Media.OfType<MediaEffect.ChangePlainLeg>());
        Assert.False(change.KeepKeys);
        Assert.NotNull(change.Endpoint.Keys);
        Assert.Equal(2, _mcx.Ladder.Count(line => line == "server → phone: ACK"));
    }

    [Fact]
    public void A_telephone_that_holds_in_its_answer_to_a_refresh_holds()
    {
        CallUp(Crypto);
        RefreshDue();
        _mcx.Respond("phone", SipMethods.Invite, 200, Sdp("RTP/SAVP", Crypto + "a=sendonly\r\n"));
        Assert.False(Assert.Single(_mcx.Media.OfType<MediaEffect.ChangePlainLeg>()).Endpoint.Receives);
        RefreshDue();
        _mcx.Respond("phone", SipMethods.Invite, 200, "v=0\r\no=phone 1 1 IN IP4 192.0.2.16\r\ns=-\r\nc=IN IP4 192.0.2.16\r\nt=0 0\r\nm=audio 0 RTP/SAVP 8\r\n");
        Assert.Single(_mcx.Media.OfType<MediaEffect.ChangePlainLeg>());
        Assert.Contains(_mcx.Events, happened => happened.Name == "call-media-kept");
    }

    [Fact]
    public void A_telephone_that_is_gone_leaves_the_call()
    {
        CallUp(Crypto);
        RefreshDue();
        _mcx.Lose("phone", SipMethods.Invite);
        Assert.Equal(0, _mcx.System.CallCount);
    }

    [Fact]
    public void A_telephone_may_hold_by_UPDATE()
    {
        SipDialog dialog = CallUp(Crypto);
        SipResponse held = _mcx.SendWithin("phone", dialog, SipMethods.Update, Sdp("RTP/SAVP", Crypto + "a=sendonly\r\n"));
        Assert.Equal((200, true), (held.Status, Encoding.ASCII.GetString(held.Body.Span).Contains("a=recvonly\r\n", StringComparison.Ordinal)));
        Assert.Equal(200, _mcx.SendWithin("phone", dialog, SipMethods.Update).Status);
    }

    // Alice's client and the telephone know no timers; hers answers.
    private void RefreshDue()
    {
        _mcx.Wait(TimeSpan.FromMinutes(15));
        _mcx.Respond("alice", SipMethods.Invite, 200, "");
    }

    private void Prepare(PlainSecurity security = PlainSecurity.Preferred)
    {
        if (security != PlainSecurity.Preferred)
        {
            _mcx.Organisation = Organisation(security: security);
            _mcx.KillAndRestart();
        }
        _mcx.Register("alice");
        _mcx.Affiliate("alice", TestOrganisation.Fire);
        _mcx.RegisterPlain("phone");
        _mcx.Ladder.Clear();
    }

    private SipDialog CallUp(string lines)
    {
        Prepare();
        Assert.Null(_mcx.CallPlain("phone", TestOrganisation.Fire, Sdp("RTP/SAVP", lines)));
        _mcx.Answer("alice");
        return SipDialog.FromClient(_mcx.PendingInvite!.Value.Request, _mcx.LateAnswer!);
    }
}
